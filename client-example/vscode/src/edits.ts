/** Makes the server's edits with undo stops where it wants them, so that undo takes a whole job back at once. */
import { window, workspace, type Disposable, type TextDocument, type TextEdit, type TextEditor } from 'vscode';
import type { TextEdit as ProtocolEdit, ApplyWorkspaceEditResult, BaseLanguageClient, TextDocumentEdit, WorkspaceEdit } from 'vscode-languageclient';

interface Wish {
  edit: WorkspaceEdit;
  undoStopBefore: boolean;
  undoStopAfter: boolean;
}

export function answerEdits(client: BaseLanguageClient): Disposable {
  return client.onRequest('qwen/applyEdit', (wish: Wish) => applyEdit(client, wish));
}

async function applyEdit(client: BaseLanguageClient, wish: Wish): Promise<ApplyWorkspaceEditResult> {
  const change = onlyChange(wish.edit);
  if (!change) {
    return refused('it is no edit of one document');
  }
  const { uri, version } = change.textDocument;
  const edits = await client.protocol2CodeConverter.asTextEdits(change.edits as ProtocolEdit[]);
  const document = workspace.textDocuments.find((each) => client.code2ProtocolConverter.asUri(each.uri) === uri);
  if (document?.version !== version) {
    return refused(document ? `the document is at version ${document.version}` : 'the document is closed');
  }
  const editor = shown(document);
  if (editor) {
    return answer(await edited(editor, edits, wish));
  }
  // Where no editor shows the document, nobody can say where undo stops: each edit is a step of its own.
  return answer(await workspace.applyEdit(await client.protocol2CodeConverter.asWorkspaceEdit(wish.edit)));
}

function onlyChange({ documentChanges }: WorkspaceEdit): TextDocumentEdit | undefined {
  const [change, ...others] = documentChanges ?? [];
  return change && 'edits' in change && others.length === 0 ? change : undefined;
}

function shown(document: TextDocument): TextEditor | undefined {
  const editors = [window.activeTextEditor, ...window.visibleTextEditors];
  return editors.find((editor) => editor?.document === document);
}

/** False if the document has changed by the time that the window makes the edits. */
async function edited(editor: TextEditor, edits: TextEdit[], stops: Wish): Promise<boolean> {
  const { undoStopBefore, undoStopAfter } = stops;
  return editor.edit((builder) => edits.forEach(({ range, newText }) => builder.replace(range, newText)), {
    undoStopBefore,
    undoStopAfter,
  });
}

function answer(applied: boolean): ApplyWorkspaceEditResult {
  return applied ? { applied } : refused('the document has changed');
}

function refused(failureReason: string): ApplyWorkspaceEditResult {
  return { applied: false, failureReason };
}
