// What a person does to a file in a real VS Code while a long reply is written into it, one fresh window for each.
// Wants what try.mjs wants, and Python 3. `node while-writing.mjs [--pictures FOLDER] [NAME…]` prints what was seen of each
// and ends with 1 where a file was not what it must be.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atHome, firstLine, saved, start } from './vscode.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.QWEN_LSP ?? 'qwen-lsp';
const recorder = join(here, '..', '..', '..', 'tests', 'editors', 'recording.py');
const vsix = join(here, '..', 'qwen-lsp.vsix');
const { values, positionals: wanted } = parseArgs({ options: { pictures: { type: 'string' } }, allowPositionals: true });

const numbered = (count, line) => Array.from({ length: count }, (_, index) => `${line(index + 1)}\n`).join('');
const [HEAD, FOOT] = ['# head\n', '# foot\n'];
const OLD = numbered(24, (n) => `old_${n} = ${n}`);
const NEW = numbered(60, (n) => `new_${n} = ${n} + ${n} + ${n}`);
const TYPED = numbered(7, (n) => `typed_${n} = ${n}`);
const LONG = { name: 'sample.py', text: HEAD + OLD + FOOT, reply: NEW, seconds: 12, lines: [2, 25] };
const ORIGINAL = LONG.text;
const REPLIED = HEAD + NEW + FOOT;
const RULES = numbered(8, (n) => `.old${n} { margin: ${n}px; }`);
const REPLY_RULES = numbered(7, (n) => `.new${n} { padding: ${n}px; }`);
const STYLES = { name: 'sample.css', text: RULES, reply: REPLY_RULES, seconds: 8, lines: [3, 5], settings: { 'editor.formatOnSave': true } };

const stories = {
  'typing-outside': [LONG, async (stage) => {
    await stage.refactor();
    await stage.lands();
    const begin = stage.applied();
    const since = Date.now();
    await stage.editor.page.keyboard.press('Control+Home');
    await stage.editor.page.keyboard.type(TYPED, { delay: 70 });
    const seconds = (Date.now() - since) / 1000;
    const landed = stage.applied() - begin;
    const outlasts = stage.running() > 0;
    await stage.ends();
    await stage.holds(TYPED + REPLIED, 'the reply below what was typed');
    const said = `${landed} edits landed in ${seconds.toFixed(1)} s of typing`;
    assert(landed / seconds >= 1, said);
    if (!outlasts) {
      return `${said}; the typing took longer than the reply, so undo was not tried`;
    }
    await stage.undone(TYPED + ORIGINAL);
    return `${said}; one undo gives the original back below what was typed`;
  }],
  'saving-with-formatter': [STYLES, async (stage) => {
    await stage.refactor();
    await stage.editor.page.waitForTimeout(2000);
    await stage.lands(1);
    await stage.picture('before the save');
    await stage.editor.page.keyboard.press('Control+S');
    await stage.editor.page.waitForTimeout(1000);
    await stage.picture('after the save');
    await stage.ends();
    const rows = RULES.match(/.*\n/g);
    const reply = [...rows.slice(0, 2), REPLY_RULES, ...rows.slice(5)].join('');
    await stage.picture('at the end');
    const bare = (text) => text.replace(/\s/g, '');
    const now = await saved(stage.editor, stage.file);
    if (bare(now) === bare(RULES)) {
      await stage.says(/changed/);
      return 'the original is back, and it was said why';
    }
    assert.equal(bare(now), bare(reply), `the file is neither the reply nor the original:\n${now}`);
    return 'the file is the reply';
  }],
  'background-tab': [LONG, async (stage) => {
    await stage.refactor();
    await stage.lands();
    await stage.editor.openFile('other.py');
    const before = stage.applied();
    await stage.ends({ patience: 30_000 });
    await stage.picture('behind');
    const behind = stage.applied() - before;
    await stage.editor.openFile(LONG.name);
    await stage.editor.page.waitForTimeout(1000);
    await stage.holds(REPLIED, 'the reply, once the tab is shown again');
    let undos = 0;
    do {
      await stage.editor.page.keyboard.press('Control+Z');
      undos += 1;
    } while ((await saved(stage.editor, stage.file)) !== ORIGINAL && undos < 15);
    await stage.holds(ORIGINAL, 'the original after some undos');
    assert(undos <= 2, `${undos} undos were needed`);
    return `${behind} edits landed while the tab was behind; ${undos} undo(s) give the original back`;
  }],
  'background-tab-and-back': [LONG, async (stage) => {
    await stage.refactor();
    await stage.lands();
    await stage.editor.openFile('other.py');
    await stage.editor.page.waitForTimeout(3000);
    await stage.editor.openFile(LONG.name);
    await stage.ends();
    await stage.holds(REPLIED, 'the reply');
    await stage.undone(ORIGINAL);
    return 'the reply goes on when the tab is shown again; one undo gives the original back';
  }],
  'read-only': [LONG, async (stage) => {
    await stage.editor.palette('File: Set Active Editor Read-only in Session');
    const since = Date.now();
    await stage.refactor();
    await stage.says(/refuse|read-only/);
    await stage.picture('said');
    const seconds = (Date.now() - since) / 1000;
    await stage.ends({ patience: 5000 });
    assert.equal(readFileSync(stage.file, 'utf8'), ORIGINAL);
    return `said after ${seconds.toFixed(1)} s, ${stage.sent()} edits were sent`;
  }],
  'stopping-read-only': [LONG, async (stage) => {
    await stage.refactor();
    await stage.lands();
    await stage.editor.palette('File: Set Active Editor Read-only in Session');
    await stage.editor.palette('Qwen: Stop');
    await stage.ends({ patience: 5000 });
    await stage.picture('stopped');
    assert.equal(readFileSync(stage.file, 'utf8'), ORIGINAL);
    return 'it ends within 5 s';
  }],
  closing: [LONG, async (stage) => {
    await stage.refactor();
    await stage.lands();
    await stage.editor.palette('View: Close Editor');
    const asked = stage.editor.page.getByRole('button', { name: "Don't Save" });
    await asked.waitFor();
    await stage.picture('asked');
    await asked.click();
    await stage.ends({ patience: 5000 });
    assert.equal(await asked.count(), 0, 'it asks again');
    await stage.editor.page.waitForTimeout(LONG.seconds * 1000);
    await stage.picture('closed');
    assert.equal(readFileSync(stage.file, 'utf8'), ORIGINAL, 'the file is as it was');
    await stage.editor.openFile(LONG.name);
    await stage.editor.page.waitForTimeout(2000);
    assert.equal(await stage.editor.page.locator('.tab.dirty').count(), 0, 'nothing is left to be saved');
    await stage.holds(ORIGINAL, 'the file as it was, opened and saved again');
    return 'the file is as it was';
  }],
  'typing-inside': [LONG, async (stage) => {
    await stage.refactor();
    await stage.lands();
    await stage.editor.goTo(15);
    await stage.editor.page.keyboard.press('End');
    await stage.editor.page.keyboard.type('\nmine = 1', { delay: 70 });
    await stage.says(/You changed|The lines that Qwen was writing/, 20_000);
    await stage.picture('said');
    await stage.ends({ patience: 5000 });
    const there = await saved(stage.editor, stage.file);
    assert(there.includes('\nmine = 1\n'), `what was typed is gone:\n${there}`);
    await stage.editor.page.waitForTimeout(3000);
    await stage.holds(there, 'the file as it was when it was taken over');
    await stage.editor.palette('Qwen: Discard');
    await stage.editor.page.waitForTimeout(2000);
    await stage.picture('discarded');
    const left = await saved(stage.editor, stage.file);
    assert(left.includes('\nmine = 1\n'), `Discard took what was typed:\n${left}`);
    return `taken over; after Discard ${left.split('new_').length - 1} rows of the reply stay`;
  }],
  renaming: [LONG, async (stage) => {
    const { page } = stage.editor;
    await page.keyboard.press('Control+Shift+E');
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: LONG.name }).waitFor();
    await stage.editor.openFile(LONG.name);
    await stage.refactor();
    await stage.lands();
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: LONG.name }).click();
    await page.keyboard.press('F2');
    await page.locator('.explorer-folders-view input').fill('moved.py');
    await page.keyboard.press('Enter');
    await stage.ends({ patience: 5000 });
    await stage.says(/interrupted/);
    await stage.picture('said');
    await page.waitForTimeout(LONG.seconds * 1000);
    assert(!existsSync(stage.file), 'the file is back under its old name');
    stage.file = join(dirname(stage.file), 'moved.py');
    await stage.editor.openFile('moved.py');
    await stage.editor.palette('Qwen: Restore the original');
    await page.waitForTimeout(2000);
    await stage.holds(ORIGINAL, 'the original, restored under the new name');
    return 'restored under the new name';
  }],
};

class Stage {
  constructor(name, scene, editor, file, wire) {
    Object.assign(this, { name, scene, editor, file, wire });
  }

  async refactor() {
    await this.editor.selectLines(...this.scene.lines);
    await this.editor.palette('Qwen: Refactor');
  }

  messages() {
    const lines = existsSync(this.wire) ? readFileSync(this.wire, 'utf8').split('\n') : [''];
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  }

  asked() {
    return this.messages().filter(({ by, message }) => by === 'server' && /\/applyEdit$/.test(message.method ?? ''));
  }

  sent() {
    return this.asked().length;
  }

  /** How many edits the editor says that it has made. */
  applied() {
    const ids = new Set(this.asked().map(({ message }) => message.id));
    return this.messages().filter(({ by, message }) => by === 'client' && ids.has(message.id) && message.result?.applied).length;
  }

  running() {
    const kinds = this.messages().filter(({ message }) => message.method === '$/progress').map(({ message }) => message.params.value.kind);
    return kinds.filter((kind) => kind === 'begin').length - kinds.filter((kind) => kind === 'end').length;
  }

  async lands(edits = 2) {
    await this.until(() => this.applied() >= edits, 'nothing of the reply has come', 20_000);
  }

  async ends({ patience = 60_000 } = {}) {
    await this.until(() => this.running() === 0, `the job does not end within ${patience / 1000} s`, patience);
    await this.editor.page.waitForTimeout(500);
  }

  async until(holds, what, patience) {
    for (const end = Date.now() + patience; !holds(); ) {
      assert(Date.now() < end, what);
      await this.editor.page.waitForTimeout(100);
    }
  }

  async says(pattern, timeout = 15_000) {
    await this.editor.page.locator('.notification-toast', { hasText: pattern }).first().waitFor({ timeout });
  }

  async holds(text, what) {
    assert.equal(await saved(this.editor, this.file), text, what);
  }

  async undone(text) {
    await this.editor.page.keyboard.press('Control+Z');
    await this.holds(text, 'one undo gives the original back');
  }

  async picture(what) {
    if (values.pictures) {
      await this.editor.page.screenshot({ path: join(values.pictures, `${this.name}-${what.replaceAll(' ', '-')}.png`) });
    }
  }
}

/** Removes a folder into which the server may be writing its last words. */
async function gone(place) {
  for (let tries = 0; existsSync(place) && tries < 10; tries += 1) {
    try {
      rmSync(place, { recursive: true, force: true });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function tell(name, [scene, play]) {
  const place = mkdtempSync(join(tmpdir(), 'qwen-vscode-'));
  const [folder, wire, shim] = ['folder', 'wire', 'qwen-lsp'].map((part) => join(place, part));
  const env = atHome(place);
  mkdirSync(folder);
  writeFileSync(join(folder, scene.name), scene.text);
  writeFileSync(join(folder, 'other.py'), '# another file\n');
  writeFileSync(shim, `#!/bin/sh\ncase "$1" in --version) exec "${program}" "$@";; esac\nexec python3 "${recorder}" "${wire}" "${program}" "$@"\n`, { mode: 0o755 });
  const reply = `\`\`\`${extname(scene.name).slice(1)}\n${scene.reply}\`\`\`\n`;
  const pace = String(Math.round((scene.seconds * 4000) / reply.length));
  const simulator = spawn(program, ['simulate', '--port', '0', '--pace', pace, '--reply', reply], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let editor;
  let stage;
  try {
    const { baseUrl } = await firstLine(simulator);
    const run = (input, ...words) => execFileSync(program, words, { env, input, cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    run('sk-simulator', 'login', '--provider', 'custom', '--api-key', '--base-url', baseUrl);
    run('', 'use', '--everywhere', '--base-url', baseUrl, 'custom', 'simulator');
    const settings = { 'qwen.server.path': shim, ...scene.settings };
    editor = await start({ codeServer: process.env.CODE_SERVER, place, folder, vsix, settings, env });
    stage = new Stage(name, scene, editor, join(folder, scene.name), wire);
    await editor.openFile(scene.name);
    await stage.until(() => stage.messages().some(({ message }) => message.method === 'textDocument/didOpen'), 'the server does not start', 60_000);
    await editor.page.waitForTimeout(1000);
    console.log(`${name}: ${await play(stage)}`);
    return true;
  } catch (error) {
    await stage?.picture('failed');
    const said = stage?.messages().filter(({ message }) => message.method === 'window/showMessage').map(({ message }) => message.params.message);
    console.log(`${name}: FAILED: ${error.message}\n  applied ${stage?.applied()} of ${stage?.sent()}; the server said ${JSON.stringify(said)}`);
    if (values.pictures && existsSync(wire)) {
      writeFileSync(join(values.pictures, `${name}-wire.jsonl`), readFileSync(wire));
    }
    return false;
  } finally {
    await editor?.stop();
    simulator.kill();
    await gone(place);
  }
}

assert(process.env.CODE_SERVER, 'CODE_SERVER is not set: run provision.sh first');
assert(existsSync(vsix), 'there is no qwen-lsp.vsix: run "npm run package" first');
const names = wanted.length ? wanted : Object.keys(stories);
for (const name of names) {
  assert(stories[name], `there is no story ${name}; there are ${Object.keys(stories).join(', ')}`);
}
for (const name of names) {
  if (!(await tell(name, stories[name]))) {
    process.exitCode = 1;
  }
}
