// A real VS Code (code-server) in a real browser, and the few things that a person does in it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { chromium } = createRequire(import.meta.url)(process.env.PLAYWRIGHT ?? 'playwright-core');
const QUIET = {
  'editor.acceptSuggestionOnEnter': 'off',
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoIndent': 'none',
  'editor.minimap.enabled': false,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.wordBasedSuggestions': 'off',
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'window.commandCenter': false,
  'workbench.activityBar.location': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
};

/** Starts VS Code on `folder`, with the extension in it; everything it writes goes under `place`. */
export async function start({ codeServer, place, folder, vsix, settings, env }) {
  const own = ['--user-data-dir', join(place, 'user'), '--extensions-dir', join(place, 'extensions')];
  // Settings of the scope `machine` are read from Machine where VS Code runs apart from its window.
  for (const scope of ['User', 'Machine']) {
    mkdirSync(join(place, 'user', scope), { recursive: true });
    writeFileSync(join(place, 'user', scope, 'settings.json'), JSON.stringify({ ...QUIET, ...settings }, undefined, 2));
  }
  execFileSync(process.execPath, [codeServer, ...own, '--install-extension', vsix], { env, stdio: 'pipe' });
  const port = await freePort();
  const quiet = ['--auth', 'none', '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'];
  const server = spawn(process.execPath, [codeServer, ...own, '--bind-addr', `127.0.0.1:${port}`, ...quiet], { env, stdio: 'ignore' });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const context = await browser.newContext({ viewport: { width: 1200, height: 660 } });
  const page = await context.newPage();
  await reached(page, `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
  const stop = async () => {
    await browser.close();
    const gone = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null && server.kill()) {
      await gone;
    }
  };
  return new VSCode(page, context, stop);
}

async function reached(page, address) {
  for (let tries = 0; ; tries += 1) {
    try {
      await page.goto(address, { waitUntil: 'domcontentloaded' });
      break;
    } catch (error) {
      if (tries === 60) {
        throw error;
      }
      await page.waitForTimeout(500);
    }
  }
  await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** An environment whose home is empty, so that nobody's own sign-in or settings take part. */
export function atHome(place) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(XDG_|QWEN_|DASHSCOPE_|OPENAI_)/.test(name));
  return { ...Object.fromEntries(kept), HOME: place };
}

/** The text of the document, by way of the disk: read until it stands still, for a file is empty while it is written. */
export async function saved(editor, file) {
  await editor.save();
  for (let text; ; ) {
    const again = readFileSync(file, 'utf8');
    if (again && again === text) {
      return text;
    }
    text = again;
    await editor.page.waitForTimeout(200);
  }
}

/** The first line that a program prints, read as JSON. */
export function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject).once('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
    child.stdout.on('data', (piece) => {
      text += piece;
      if (text.includes('\n')) {
        resolve(JSON.parse(text.split('\n')[0]));
      }
    });
  });
}

class VSCode {
  constructor(page, context, stop) {
    Object.assign(this, { page, context, stop });
  }

  async palette(command) {
    await this.page.keyboard.press('F1');
    await this.pick(`>${command}`, command);
  }

  async openFile(name) {
    await this.page.keyboard.press('Control+P');
    await this.pick(name, name);
    await this.page.waitForSelector(`.tab.active:has-text("${name}")`);
    await this.page.waitForSelector('.monaco-editor .view-line');
  }

  async pick(typed, label) {
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(typed);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().click();
  }

  /** Answers the box that asks for a line of text. */
  async answer(prompt, text) {
    const box = this.page.locator('.quick-input-widget', { hasText: prompt });
    await box.locator('input').first().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Goes to the beginning of a line, counted from 1. */
  async goTo(line) {
    await this.page.keyboard.press('Control+G');
    await this.page.locator('.quick-input-widget input').first().fill(`:${line}`);
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.press('Home');
  }

  /** Selects whole lines, counted from 1. */
  async selectLines(first, last) {
    await this.goTo(first);
    for (let line = first; line <= last; line += 1) {
      await this.page.keyboard.press('Shift+ArrowDown');
    }
  }

  async codeAction(title) {
    await this.page.keyboard.press('Control+.');
    const row = this.page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** A code lens by its title; those above the window's first line are none. */
  lens(title) {
    return this.page.locator('.codelens-decoration a').filter({ hasText: new RegExp(`^${title}$`) });
  }

  async typeAt(place, text) {
    await this.page.keyboard.press(place);
    await this.page.keyboard.type(text, { delay: 40 });
  }

  /** The extension's item in the status bar while it shows this icon: sparkle (ready), loading (working). */
  status(icon) {
    return this.page.locator(`[id$="qwen.status"] .codicon-${icon}`);
  }

  /** What the last job came to, as the status bar says it for some seconds. */
  async jobEnded(action) {
    const said = this.page.locator('.statusbar-item', { hasText: new RegExp(`Qwen: ${action} [a-z]`) }).first();
    await said.waitFor({ timeout: 60_000 });
    const text = await said.innerText();
    await said.waitFor({ state: 'detached', timeout: 15_000 });
    return text;
  }

  async save() {
    await this.page.keyboard.press('Control+S');
    await this.page.waitForSelector('.tab.active:not(.dirty)');
  }
}
