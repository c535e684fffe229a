/** Palette entries that tell the server what is selected, and the questions that it cannot ask itself. */
import { commands, window, type Disposable } from 'vscode';
import type { BaseLanguageClient, ExecuteCommandMiddleware } from 'vscode-languageclient';
import { signIn } from './signIn';

interface Run {
  action: string;
  uri: string;
  range: object;
  version?: number;
  instruction?: string;
}

export function registerActions(client: BaseLanguageClient): Disposable[] {
  return ['explain', 'refactor', 'edit'].map((action) =>
    commands.registerCommand(`qwen.${action}`, () => run(client, action)),
  );
}

async function run(client: BaseLanguageClient, action: string): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) {
    void window.showInformationMessage('Open a file and select some code first.');
    return;
  }
  const { uri, version } = client.code2ProtocolConverter.asVersionedTextDocumentIdentifier(editor.document);
  const range = client.code2ProtocolConverter.asRange(editor.selection);
  await commands.executeCommand('qwen.run', { action, uri, range, version } satisfies Run);
}

/** Every command of the server comes through here, from the palette and from the menu of code actions. */
export const executeCommand: ExecuteCommandMiddleware['executeCommand'] = async (command, args, next) => {
  if (command === 'qwen.signIn') {
    return signIn(() => next(command, args));
  }
  if (command === 'qwen.run') {
    const complete = await instructed(args[0]);
    return complete && next(command, [complete]);
  }
  return next(command, args);
};

async function instructed(run: Run): Promise<Run | undefined> {
  if (run.action !== 'edit' || run.instruction) {
    return run;
  }
  const instruction = await window.showInputBox({
    title: 'Qwen: Edit',
    prompt: 'What should change in the selected code?',
    ignoreFocusOut: true,
  });
  return instruction ? { ...run, instruction } : undefined;
}
