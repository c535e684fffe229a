/** Makes the server's edits: each for one version of a document that is open, whole or not at all, with undo stops. */
import { Disposable, window, workspace, WorkspaceEdit, type Uri, type TextDocument, type TextEdit, type TextEditor } from 'vscode';
import type {
  TextEdit as ProtocolEdit,
  ApplyWorkspaceEditResult,
  BaseLanguageClient,
  TextDocumentEdit,
  WorkspaceEdit as ProtocolWorkspaceEdit,
} from 'vscode-languageclient';

interface Wish {
  edit: ProtocolWorkspaceEdit;
  undoStopBefore: boolean;
  undoStopAfter: boolean;
  /** Whether the edit may be made where no editor shows the document; undo then stops at it. */
  mayBeHidden?: boolean;
}

interface Outcome extends ApplyWorkspaceEditResult {
  /** That nothing was changed because no editor shows the document. */
  isHidden?: true;
}

/** How long VS Code may take to close a document whose file gets another name, in milliseconds. */
const RENAMING = 5000;
const LOOK = 50;

export function answerEdits(client: BaseLanguageClient): Disposable {
  const renamed = new Renamed();
  return Disposable.from(renamed, client.onRequest('qwen/applyEdit', (wish: Wish) => applyEdit(client, renamed, wish)));
}

/**
 * What is getting another name. VS Code opens the text anew under that name; an edit of the old document that is made
 * meanwhile would bring the old file back, with changes to save.
 */
class Renamed {
  private readonly left = new Map<string, number>();
  private readonly listening = Disposable.from(
    workspace.onWillRenameFiles(({ files }) => this.leave(files)),
    workspace.onDidRenameFiles(({ files }) => this.leave(files)),
  );

  private leave(files: readonly { oldUri: Uri }[]): void {
    files.forEach(({ oldUri }) => this.left.set(oldUri.toString(), Date.now() + RENAMING));
  }

  /** Waits until a document whose file, or a folder of it, is getting another name is closed. */
  async closed(document: TextDocument): Promise<void> {
    while (!document.isClosed && this.has(document.uri.toString())) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  private has(path: string): boolean {
    return [...this.left].some(([old, until]) => Date.now() < until && (path === old || path.startsWith(`${old}/`)));
  }

  dispose(): void {
    this.listening.dispose();
  }
}

async function applyEdit(client: BaseLanguageClient, renamed: Renamed, wish: Wish): Promise<Outcome> {
  const change = onlyChange(wish.edit);
  if (!change) {
    return refused('it is no edit of one document');
  }
  const edits = await client.protocol2CodeConverter.asTextEdits(change.edits as ProtocolEdit[]);
  const document = workspace.textDocuments.find((each) => client.code2ProtocolConverter.asUri(each.uri) === change.textDocument.uri);
  if (document) {
    await renamed.closed(document);
  }
  // Nothing is awaited from here until the window has the edits: they go to it with the version that is looked at
  // now, and it makes them for that version alone.
  if (!document || document.isClosed) {
    return refused('the document is closed');
  }
  if (document.version !== change.textDocument.version) {
    return refused(`the document is at version ${document.version}`);
  }
  const editor = shown(document);
  if (!editor && !wish.mayBeHidden) {
    return hidden();
  }
  const { version } = document;
  const isSaidToBeMade = await (editor ? edited(editor, edits, wish) : replaced(document, edits)).catch(() => false);
  if (!isSaidToBeMade) {
    // The editor may have been closed on the way to the window.
    return shown(document) || wish.mayBeHidden ? refused('the document has changed') : hidden();
  }
  // The window says so of a read-only editor as well, where it makes none.
  const changes = edits.some(({ range, newText }) => newText !== '' || !range.isEmpty);
  return changes && document.version === version ? refused('the document is read-only') : { applied: true };
}

function onlyChange({ documentChanges }: ProtocolWorkspaceEdit): TextDocumentEdit | undefined {
  const [change, ...others] = documentChanges ?? [];
  return change && 'edits' in change && others.length === 0 ? change : undefined;
}

function shown(document: TextDocument): TextEditor | undefined {
  const editors = window.visibleTextEditors.filter((editor) => editor.document === document);
  return editors.find((editor) => editor === window.activeTextEditor) ?? editors[0];
}

/** False if the document has changed before the window makes the edits. */
async function edited(editor: TextEditor, edits: TextEdit[], { undoStopBefore, undoStopAfter }: Wish): Promise<boolean> {
  return editor.edit((builder) => edits.forEach(({ range, newText }) => builder.replace(range, newText)), {
    undoStopBefore,
    undoStopAfter,
  });
}

/** The same where no editor shows the document: nobody can say where undo stops, each edit is a step of its own. */
async function replaced(document: TextDocument, edits: TextEdit[]): Promise<boolean> {
  const edit = new WorkspaceEdit();
  edit.set(document.uri, edits);
  return workspace.applyEdit(edit);
}

function hidden(): Outcome {
  return { ...refused('no editor shows the document'), isHidden: true };
}

function refused(failureReason: string): Outcome {
  return { applied: false, failureReason };
}
