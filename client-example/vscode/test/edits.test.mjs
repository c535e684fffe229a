// What qwen/applyEdit does to an open, hidden, closed, changed or read-only document. `npm test`.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, mock, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'qwen-edits-'));
after(() => rmSync(place, { recursive: true }));
const file = join(place, 'edits.cjs');
await build({
  stdin: { contents: "export * from './edits'; export * as vscode from 'vscode';", resolveDir: join(here, '..', 'src') },
  alias: { vscode: join(here, 'vscode.mjs') },
  outfile: file,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'error',
});
const { answerEdits, vscode } = createRequire(import.meta.url)(file);
const { Document, Editor, desk, happen } = vscode;

const row = { range: { isEmpty: false, start: 0, end: 3 }, newText: 'two' };

let handler;
const client = {
  onRequest: (_method, answer) => (handler = answer),
  code2ProtocolConverter: { asUri: (uri) => uri },
  protocol2CodeConverter: {},
};
answerEdits(client);

/** What the client answers to an edit of `document` for `version`. */
function ask(document, version, more = {}, converted = async (given) => given) {
  client.protocol2CodeConverter.asTextEdits = converted;
  const edit = { documentChanges: [{ textDocument: { uri: document.uri, version }, edits: [row] }] };
  return handler({ edit, undoStopBefore: true, undoStopAfter: false, ...more });
}

function opened({ shown = true, uri = 'file:///a.py', ...more } = {}) {
  const document = new Document(uri, 'one', 7);
  const editor = new Editor(document, more);
  desk({ documents: [document], editors: shown ? [editor] : [] });
  return { document, editor };
}

test('an edit for the version that is shown is made, with the undo stops as asked', async () => {
  const { document, editor } = opened();
  assert.deepEqual(await ask(document, 7), { applied: true });
  assert.equal(document.text, 'two');
  assert.deepEqual(editor.stops, [{ undoStopBefore: true, undoStopAfter: false }]);
});

for (const version of [6, 8, 0, null]) {
  test(`an edit for version ${version} of a document at 7 is refused`, async () => {
    const { document } = opened();
    const answer = await ask(document, version);
    assert.deepEqual(answer, { applied: false, failureReason: 'the document is at version 7' });
    assert.equal(document.text, 'one');
  });
}

test('a closed document is refused', async () => {
  const { document } = opened();
  desk({ documents: [], editors: [] });
  assert.deepEqual(await ask(document, 7, { mayBeHidden: true }), { applied: false, failureReason: 'the document is closed' });
  assert.equal(document.text, 'one');
});

test('a document that no editor shows is left as it is, and that is said', async () => {
  const { document } = opened({ shown: false });
  const { applied, isHidden, failureReason } = await ask(document, 7);
  assert.deepEqual([applied, isHidden, document.text], [false, true, 'one']);
  assert.equal(failureReason, 'no editor shows the document');
});

test('one that may be hidden is changed where no editor shows it, for its version alone', async () => {
  const { document } = opened({ shown: false });
  assert.equal((await ask(document, 6, { mayBeHidden: true })).applied, false);
  assert.equal(document.text, 'one');
  assert.deepEqual(await ask(document, 7, { mayBeHidden: true }), { applied: true });
  assert.equal(document.text, 'two');
});

test('one that may be hidden and is shown gets its undo stops', async () => {
  const { document, editor } = opened();
  assert.deepEqual(await ask(document, 7, { mayBeHidden: true }), { applied: true });
  assert.equal(editor.stops.length, 1);
});

test('what is typed while the edit is read is kept, and the edit refused', async () => {
  const { document } = opened();
  const converted = async (given) => (document.change('typed'), given);
  assert.equal((await ask(document, 7, {}, converted)).failureReason, 'the document is at version 8');
  assert.equal(document.text, 'typed');
});

test('what is typed on the way to the window is kept, and the edit refused', async () => {
  const { document } = opened({ onTheWay: ({ document: typed }) => typed.change('typed') });
  assert.deepEqual(await ask(document, 7), { applied: false, failureReason: 'the document has changed' });
  assert.equal(document.text, 'typed');
});

test('what is typed on the way to a hidden document is kept, and the edit refused', async () => {
  const { document } = opened({ shown: false });
  const answer = ask(document, 7, { mayBeHidden: true });
  desk({ onTheWay: () => document.change('typed') });
  assert.deepEqual(await answer, { applied: false, failureReason: 'the document has changed' });
  assert.equal(document.text, 'typed');
});

test('an editor that is closed on the way to the window hides the document', async () => {
  const { document } = opened({
    onTheWay: () => {
      desk({ editors: [] });
      throw new Error('TextEditor(1)');
    },
  });
  assert.equal((await ask(document, 7)).isHidden, true);
  assert.equal(document.text, 'one');
});

test('a read-only document is refused, although the window says that the edit was made', async () => {
  const { document } = opened({ isReadOnly: true });
  assert.deepEqual(await ask(document, 7), { applied: false, failureReason: 'the document is read-only' });
});

for (const oldUri of ['file:///folder/a.py', 'file:///folder']) {
  test(`an edit waits while ${oldUri} is getting another name, and is refused once the document is closed`, async () => {
    const { document } = opened({ uri: 'file:///folder/a.py' });
    happen('willRename', { files: [{ oldUri }] });
    const answer = ask(document, 7);
    happen('didRename', { files: [{ oldUri }] });
    await setTimeout(200);
    assert.equal(document.text, 'one');
    document.isClosed = true;
    assert.deepEqual(await answer, { applied: false, failureReason: 'the document is closed' });
    assert.equal(document.text, 'one');
  });
}

test('an edit is made once a new name was called off', async () => {
  const { document } = opened({ uri: 'file:///b.py' });
  happen('willRename', { files: [{ oldUri: 'file:///b.py' }] });
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 6000 });
  assert.deepEqual(await ask(document, 7), { applied: true });
  mock.timers.reset();
});

test('an edit of two documents is refused', async () => {
  const { document } = opened();
  const one = { textDocument: { uri: document.uri, version: 7 }, edits: [row] };
  const answer = await ask(document, 7, { edit: { documentChanges: [one, one] } });
  assert.deepEqual(answer, { applied: false, failureReason: 'it is no edit of one document' });
  assert.equal(document.text, 'one');
});
