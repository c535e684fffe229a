/** Shows the code of a sign-in in a dialog, which opens the page. */
import { env, Uri, window } from 'vscode';
import type { WindowMiddleware } from 'vscode-languageclient';

interface Pending {
  status: 'pending';
  userCode: string;
  verificationUri: string;
  verificationUriComplete?: string | null;
  expiresIn: number;
}

type Answer = Pending | { status: 'signedIn'; account?: string | null } | { status: 'failed'; message: string };

let dialogs = 0;

export async function signIn(ask: () => Promise<Answer | undefined>): Promise<Answer | undefined> {
  dialogs += 1;
  try {
    const answer = await ask();
    if (answer?.status === 'pending') {
      await showCode(answer);
    }
    return answer;
  } finally {
    dialogs -= 1;
  }
}

async function showCode(answer: Pending): Promise<void> {
  const detail = `Enter it at ${answer.verificationUri} within ${Math.round(answer.expiresIn / 60)} minutes.`;
  const message = `Your sign-in code is ${answer.userCode}`;
  if (await window.showInformationMessage(message, { modal: true, detail }, 'Copy code and open')) {
    await env.clipboard.writeText(answer.userCode);
    await env.openExternal(Uri.parse(answer.verificationUriComplete ?? answer.verificationUri));
  }
}

/** The dialog opens the page, so the server's own wish to open it is granted without doing so twice. */
export const showDocument: WindowMiddleware['showDocument'] = async (params, token, next) =>
  params.external && dialogs > 0 ? { success: true } : next(params, token);
