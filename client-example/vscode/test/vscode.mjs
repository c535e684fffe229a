// As much of the `vscode` module as edits.ts uses. A window makes edits a moment later, for the version that came along.
export const window = { visibleTextEditors: [], activeTextEditor: undefined };
const listeners = {};
const event = (name) => (listener) => {
  (listeners[name] ??= []).push(listener);
  return { dispose() {} };
};

/** Has the listeners of an event hear of it. */
export function happen(name, what) {
  (listeners[name] ?? []).forEach((listener) => listener(what));
}

export const Disposable = { from: () => ({ dispose() {} }) };
export const workspace = {
  textDocuments: [],
  onWillRenameFiles: event('willRename'),
  onDidRenameFiles: event('didRename'),
  async applyEdit({ document, edits }) {
    const { version } = document;
    return made(document, version, edits, onTheWay);
  },
};

let onTheWay = () => {};

/** What is open and shown, and what happens before the window makes an edit of a hidden document. */
export function desk(now) {
  workspace.textDocuments = now.documents ?? workspace.textDocuments;
  window.visibleTextEditors = now.editors ?? window.visibleTextEditors;
  onTheWay = now.onTheWay ?? (() => {});
}

export class Document {
  isClosed = false;

  constructor(uri, text, version) {
    Object.assign(this, { uri, text, version });
  }

  change(text) {
    this.text = text;
    this.version += 1;
  }
}

export class Editor {
  stops = [];

  constructor(document, { isReadOnly = false, onTheWay: first = () => {} } = {}) {
    Object.assign(this, { document, isReadOnly, onTheWay: first });
  }

  async edit(build, stops) {
    const { document } = this;
    const { version } = document;
    const edits = [];
    build({ replace: (range, newText) => edits.push({ range, newText }) });
    this.stops.push(stops);
    // As in VS Code, where executeEdits does nothing to a read-only editor and nobody looks at what it says.
    return made(document, version, this.isReadOnly ? [] : edits, () => this.onTheWay(this));
  }
}

export class WorkspaceEdit {
  set(uri, edits) {
    this.document = workspace.textDocuments.find((each) => each.uri === uri);
    this.edits = edits;
  }
}

async function made(document, version, edits, first) {
  await undefined;
  first();
  if (document.version !== version) {
    return false;
  }
  for (const { range, newText } of edits) {
    document.change(document.text.slice(0, range.start) + newText + document.text.slice(range.end));
  }
  return true;
}
