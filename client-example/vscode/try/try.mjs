// Tries the packaged extension in a real VS Code against the simulator: signs in, refactors twice, types meanwhile.
// Wants CODE_SERVER and PLAYWRIGHT (provision.sh makes both) and qwen-lsp on the PATH or in QWEN_LSP.
// `node try.mjs [--pictures FOLDER]` ends with 0 and "ok", or with 1 and what was wrong.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atHome, firstLine, saved, start } from './vscode.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.QWEN_LSP ?? 'qwen-lsp';
const vsix = join(here, '..', 'qwen-lsp.vsix');
const { pictures } = parseArgs({ options: { pictures: { type: 'string' } } }).values;
const ABOVE = '# typed above while it streams\n';
const BELOW = '# typed below while it streams\n';

async function main() {
  assert(process.env.CODE_SERVER, 'CODE_SERVER is not set: run provision.sh first');
  assert(existsSync(vsix), 'there is no qwen-lsp.vsix: run "npm run package" first');
  const place = mkdtempSync(join(tmpdir(), 'qwen-vscode-'));
  const folder = join(place, 'folder');
  const env = atHome(place);
  mkdirSync(folder);
  cpSync(join(here, 'sample.py'), join(folder, 'sample.py'));
  const simulator = spawn(program, ['simulate', '--port', '0', '--pace', '70'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let editor;
  try {
    const { origin, baseUrl } = await firstLine(simulator);
    const settings = { 'qwen.provider': 'simulator', 'qwen.baseUrl': baseUrl, 'qwen.server.path': program };
    editor = await start({ codeServer: process.env.CODE_SERVER, place, folder, vsix, settings, env });
    await story(editor, join(folder, 'sample.py'), origin);
    console.log('ok');
  } catch (error) {
    await picture(editor, 'failed');
    throw error;
  } finally {
    await editor?.stop();
    simulator.kill();
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function story(editor, file, origin) {
  const original = readFileSync(file, 'utf8');
  const { first, last } = chosen(original);
  await editor.openFile('sample.py');
  await editor.page.keyboard.press('Control+B');
  await signIn(editor, origin);

  await editor.selectLines(first, last);
  await editor.palette('Qwen: Refactor');
  console.log('palette:', await editor.jobEnded('refactor'));
  const refactored = await saved(editor, file);
  assertAround(original, refactored, first, last);
  await undone(editor, file, original);

  await editor.selectLines(first, last);
  await editor.codeAction('Qwen: Refactor');
  await editor.status('loading').waitFor();
  await editor.typeAt('Control+Home', ABOVE);
  await editor.page.waitForTimeout(1500);
  await editor.typeAt('Control+End', BELOW);
  assert(await editor.status('loading').isVisible(), 'the typing took longer than the stream');
  console.log('menu, typing meanwhile:', await editor.jobEnded('refactor'));
  await editor.page.keyboard.press('Control+Home');
  await editor.lens('Keep').waitFor();
  await picture(editor, 'vscode');
  const both = ABOVE + refactored + BELOW;
  assert.equal(await saved(editor, file), both, 'the reply and the typing, both whole');
  await undone(editor, file, ABOVE + original + BELOW);
  await editor.page.keyboard.press('Control+Y');
  assert.equal(await saved(editor, file), both, 'redo brings the reply back');

  await undone(editor, file, ABOVE + original + BELOW);

  await decided(editor, file, first + 1, last + 1);
  await retried(editor, file, first + 1, last + 1);
  await stopped(editor, file, first + 1, last + 1);
  await edited(editor, file, first + 1, last + 1);
  await twoAtOnce(editor, file, first + 1, last + 1);
  await explained(editor, file, first + 1, last + 1);
  await lookedInto(editor);
}

/** Keeps a reply, and discards it by its lenses: a change of it, and the whole. */
async function decided(editor, file, first, last) {
  const before = await saved(editor, file);
  await editor.selectLines(first, last);
  await editor.palette('Qwen: Refactor');
  await editor.jobEnded('refactor');
  await editor.page.keyboard.press('Control+Home');
  const ofChanges = editor.lens('Discard this');
  await ofChanges.nth(1).waitFor();
  const changes = await ofChanges.count();
  await ofChanges.first().click();
  await ofChanges.nth(changes - 1).waitFor({ state: 'detached' });
  await editor.lens('Discard').click();
  await editor.lens('Keep').waitFor({ state: 'detached' });
  assert.equal(await saved(editor, file), before, 'what is discarded gives way to the original');

  await editor.selectLines(first, last);
  await editor.palette('Qwen: Refactor');
  console.log('discarded, then kept:', await editor.jobEnded('refactor'));
  await editor.palette('Qwen: Keep');
  await editor.lens('Keep').waitFor({ state: 'detached' });
  assertAround(before, await saved(editor, file), first, last);
  await undone(editor, file, before);
  await editor.palette('Qwen: Keep');
  await editor.page.getByText('nothing of Qwen').first().waitFor();
  await editor.page.keyboard.press('Escape');
}

/** What is run once more from its lens goes back to the original by one undo as well. */
async function retried(editor, file, first, last) {
  const before = await saved(editor, file);
  await editor.selectLines(first, last);
  await editor.palette('Qwen: Refactor');
  await editor.jobEnded('refactor');
  await editor.page.keyboard.press('Control+Home');
  await editor.lens('Retry').click();
  console.log('retried:', await editor.jobEnded('refactor'));
  assertAround(before, await saved(editor, file), first, last);
  await undone(editor, file, before);
}

async function stopped(editor, file, first, last) {
  const before = await saved(editor, file);
  await editor.selectLines(first, last);
  await editor.palette('Qwen: Refactor');
  await editor.status('loading').waitFor();
  await editor.page.waitForTimeout(600);
  await editor.palette('Qwen: Stop');
  const said = await editor.jobEnded('refactor');
  console.log('stopped:', said);
  assert.match(said, /stopped/);
  assert.equal(await saved(editor, file), before, 'stopping restores the original');
}

async function edited(editor, file, first, last) {
  const before = await saved(editor, file);
  await editor.selectLines(first, last);
  await editor.palette('Qwen: Edit…');
  await editor.answer('What should change', 'Add type annotations');
  console.log('edit:', await editor.jobEnded('edit'));
  assertAround(before, await saved(editor, file), first, last);
  await undone(editor, file, before);
}

/** Two jobs at work in one file: both replies get there whole, and one undo takes back the one that ended last. */
async function twoAtOnce(editor, file, first, last) {
  const text = await saved(editor, file);
  const code = `${text.split('\n').slice(first - 1, last).join('\n')}\n`;
  await editor.page.keyboard.press('Control+End');
  await editor.page.keyboard.insertText(code);
  const below = text.split('\n').length;
  await editor.selectLines(below, below + last - first);
  await editor.palette('Qwen: Refactor');
  await editor.status('loading').waitFor();
  await editor.selectLines(first, last);
  await editor.palette('Qwen: Refactor');
  await editor.status('sparkle').waitFor({ timeout: 60_000 });
  console.log('two at once');
  const above = text.slice(0, text.indexOf(code));
  const after = text.slice(above.length + code.length);
  const replies = await saved(editor, file);
  const reply = replies.slice(replies.lastIndexOf(after) + after.length);
  assert.notEqual(reply, code, 'both are rewritten');
  assert.equal(replies, above + reply + after + reply, 'both replies, each whole');
  await editor.page.keyboard.press('Control+Z');
  const ways = [above + code + after + reply, above + reply + after + code];
  assert(ways.includes(await saved(editor, file)), 'one undo takes the whole of one job back');
}

async function explained(editor, file, first, last) {
  const before = await saved(editor, file);
  await editor.selectLines(first, last);
  await editor.palette('Qwen: Explain');
  console.log('explain:', await editor.jobEnded('explain'));
  await editor.palette('Qwen: Open explanation');
  await editor.page.locator('.tab', { hasText: '.md' }).waitFor();
  await picture(editor, 'vscode-explanation');
  assert.equal(await saved(editor, file), before, 'explaining changes nothing');
}

/** What says how things are, and the question of who has no model yet. */
async function lookedInto(editor) {
  await editor.palette('Qwen: Diagnose');
  await editor.page.locator('.tab', { hasText: 'diagnosis.md' }).waitFor();
  await editor.palette('Qwen: Show log');
  await editor.page.locator('.tab', { hasText: '.log' }).waitFor();
  await editor.palette('Qwen: Set up a model…');
  await editor.page.locator('.notification-toast', { hasText: 'What should answer?' }).waitFor();
  await picture(editor, 'vscode-set-up');
}

/** One undo gives back the text as it was before the job. */
async function undone(editor, file, before) {
  await editor.page.keyboard.press('Control+Z');
  assert.equal(await saved(editor, file), before, 'one undo gives the original back');
}

async function signIn(editor, origin) {
  await editor.palette('Qwen: Sign in');
  const dialog = editor.page.locator('.monaco-dialog-box');
  await dialog.getByText('Your sign-in code is').waitFor();
  await picture(editor, 'vscode-sign-in');
  const opened = editor.context.waitForEvent('page');
  await dialog.getByText('Copy code and open').click();
  const page = await opened;
  // code-server leads an address of this machine through itself, which VS Code on a desktop does not.
  await page.waitForURL(/user_code=/);
  await page.goto(page.url().replace(/^.*\/proxy\/\d+/, origin));
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.waitForLoadState();
  await page.close();
  await editor.status('sparkle').waitFor();
}

/** The lines of the sample's function `total`, counted from 1. */
function chosen(text) {
  const lines = text.split('\n');
  return { first: lines.indexOf('def total(orders, country):') + 1, last: lines.indexOf('    return sum') + 1 };
}

function assertAround(original, now, first, last) {
  const lines = original.split('\n');
  const [above, below] = [lines.slice(0, first - 1).join('\n') + '\n', '\n' + lines.slice(last).join('\n')];
  assert.notEqual(now, original, 'the selection was rewritten');
  assert.equal(now.slice(0, above.length), above, 'what is above is untouched');
  assert.equal(now.slice(-below.length), below, 'what is below is untouched');
}

async function picture(editor, name) {
  if (pictures && editor) {
    await editor.page.screenshot({ path: join(pictures, `${name}.png`) });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
