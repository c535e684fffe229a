/** Palette entries that tell the server what is selected, and the questions that it cannot ask itself. */
import { commands, window, workspace, type Disposable } from 'vscode';
import { ExecuteCommandRequest, ResponseError, type BaseLanguageClient, type ExecuteCommandMiddleware, type Middleware } from 'vscode-languageclient';
import { signIn } from './signIn';

interface Run {
  action: string;
  uri: string;
  range: object;
  version?: number;
  instruction?: string;
}

export function registerActions(client: BaseLanguageClient): Disposable[] {
  const actions = ['explain', 'refactor', 'edit'].map((action) =>
    commands.registerCommand(`qwen.${action}`, () => run(client, action)),
  );
  return [...actions, commands.registerCommand('qwen.retryWith', retryWith)];
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

/** Every command of the server comes through here: from the palette, the lenses, and the menu of code actions. */
export const executeCommand: ExecuteCommandMiddleware['executeCommand'] = async (command, args, next) => {
  if (command === 'qwen.signIn') {
    return signIn(() => next(command, args));
  }
  if (command === 'qwen.ask') {
    const asked = await question(args[0]);
    return asked && next(command, [asked]);
  }
  if (command === 'qwen.run') {
    const complete = await instructed(args[0]);
    return complete && next(command, [complete]);
  }
  return next(command, args.length > 0 ? args : here(command));
};

/** What a command cannot do is said in the server's words alone. */
export const sendRequest: Middleware['sendRequest'] = async (type, param, token, next) => {
  try {
    return await next(type, param, token);
  } catch (error) {
    const method = typeof type === 'string' ? type : type.method;
    if (method !== ExecuteCommandRequest.method || !(error instanceof ResponseError)) {
      throw error;
    }
    void window.showWarningMessage(error.message);
    return undefined as never;
  }
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

async function question(given: object | undefined): Promise<object | undefined> {
  const question = await window.showInputBox({
    title: 'Qwen: Ask',
    prompt: 'What do you want to know about the explanation?',
    ignoreFocusOut: true,
  });
  return question ? { ...here('qwen.ask')[0], ...given, question } : undefined;
}

const OF_DOCUMENT = ['qwen.keep', 'qwen.discard', 'qwen.retry', 'qwen.compare', 'qwen.restore', 'qwen.ask'];
const OF_PLACE = ['qwen.nextChange', 'qwen.previousChange'];

/** Where the user is: a palette entry does not say it, and the server cannot know. */
function here(command: string): object[] {
  const editor = window.activeTextEditor;
  const uri = editor?.document.uri.toString();
  if (editor && OF_PLACE.includes(command)) {
    const { start, end } = editor.selection;
    return [{ uri, range: { start, end } }];
  }
  return editor && OF_DOCUMENT.includes(command) ? [{ uri }] : [];
}

async function retryWith(): Promise<void> {
  const [place] = here('qwen.retry');
  const change = await changed();
  if (change) {
    await commands.executeCommand('qwen.retry', { ...place, ...change });
  }
}

/** What is to be other than the last time. */
async function changed(): Promise<object | undefined> {
  const ways = [
    { label: 'Another instruction…', name: 'instruction', prompt: 'What should change in the code?', value: '' },
    { label: 'Another model…', name: 'model', prompt: "The model's name", value: modelName() },
  ];
  const title = 'Qwen: Retry with…';
  const way = await window.showQuickPick(ways, { title });
  if (!way) {
    return undefined;
  }
  const { name, prompt, value } = way;
  const given = await window.showInputBox({ title, prompt, value, ignoreFocusOut: true });
  return given ? { [name]: given } : undefined;
}

function modelName(): string {
  return workspace.getConfiguration('qwen').get<string | null>('model') ?? '';
}
