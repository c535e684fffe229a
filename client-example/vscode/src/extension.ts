/** Starts qwen-lsp and joins it to VS Code; whatever the server does itself needs no code here. */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import { commands, window, workspace, type ExtensionContext } from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';
import { abilities } from './abilities';
import { executeCommand, registerActions, sendRequest } from './commands';
import { answerEdits } from './edits';
import { options, withoutServer } from './settings';
import { showDocument } from './signIn';
import { StatusBar } from './statusBar';

let client: LanguageClient | undefined;

export async function activate(extension: ExtensionContext): Promise<void> {
  const program = workspace.getConfiguration('qwen').get<string | null>('server.path') ?? 'qwen-lsp';
  if (!(await starts(program))) {
    return;
  }
  client = new LanguageClient('qwen', 'Qwen', server(program), clientOptions());
  client.registerFeature(abilities);
  extension.subscriptions.push(answerEdits(client), new StatusBar(client), ...registerActions(client));
  extension.subscriptions.push(workspace.onDidGrantWorkspaceTrust(() => sendTrust(true)));
  // The server's commands exist once it has started, and a palette entry waits for this function.
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function sendTrust(trusted: boolean): Promise<void> {
  await client?.sendNotification('qwen/workspaceTrust', { trusted });
}

/** Not the folder that is open: Windows would look there first, and run a repository's qwen-lsp.exe. */
const cwd = homedir();

async function starts(program: string): Promise<boolean> {
  try {
    await promisify(execFile)(program, ['--version'], { cwd });
    return true;
  } catch (error) {
    void explainMissing(program, error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function explainMissing(program: string, reason: string): Promise<void> {
  const advice = 'Install it with "uv tool install qwen-lsp" or set qwen.server.path, then reload the window.';
  const choice = await window.showErrorMessage(`Qwen could not start ${program}. ${advice} (${reason.trim()})`, 'Open settings');
  if (choice) {
    await commands.executeCommand('workbench.action.openSettings', 'qwen.server.path');
  }
}

function server(program: string): ServerOptions {
  return { command: program, options: { cwd } };
}

function clientOptions(): LanguageClientOptions {
  return {
    documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }],
    initializationOptions: options(),
    middleware: {
      executeCommand,
      sendRequest,
      window: { showDocument },
      workspace: { configuration: withoutServer },
    },
  };
}
