/** One item in the status bar, fed by the server's notifications. */
import { StatusBarAlignment, ThemeColor, window, type Disposable, type StatusBarItem } from 'vscode';
import { State, type BaseLanguageClient } from 'vscode-languageclient';

interface Status {
  state: 'ready' | 'working' | 'signedOut' | 'trouble';
  provider?: string | null;
  model?: string | null;
  account?: string | null;
  message?: string | null;
  jobs?: number;
  quota?: { minute: number; perMinute?: number; day: number; perDay?: number };
}

interface JobEnded {
  action: string;
  outcome: string;
  message?: string | null;
  usage?: { completionTokens?: number | null } | null;
}

const ICONS = { ready: 'sparkle', working: 'loading~spin', signedOut: 'account', trouble: 'warning' };

export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;

  constructor(client: BaseLanguageClient) {
    this.item = window.createStatusBarItem('qwen.status', StatusBarAlignment.Right, 100);
    this.item.name = 'Qwen';
    this.item.command = 'qwen.showStatus';
    client.onNotification('qwen/status', (status: Status) => this.show(status));
    client.onNotification('qwen/jobEnded', (job: JobEnded) => {
      window.setStatusBarMessage(sentence(job), 5000);
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped) {
        this.show({ state: 'trouble', message: 'The server has stopped.' });
      }
    });
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(status: Status): void {
    const said = status.state === 'signedOut' ? 'sign in' : (status.model ?? '');
    this.item.text = `$(${ICONS[status.state] ?? ICONS.ready}) Qwen ${said}`.trimEnd();
    this.item.tooltip = tooltip(status);
    this.item.backgroundColor =
      status.state === 'trouble' ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.show();
  }
}

function tooltip({ state, provider, model, account, message, jobs, quota }: Status): string {
  const state_ = { ready: 'ready', working: `${jobs ?? 1} running`, signedOut: 'signed out', trouble: 'in trouble' }[state];
  return [`Qwen is ${state_ ?? state}`, provider, model, account, message, ...counts(quota)].filter(Boolean).join('\n');
}

/** The requests that the provider is known to limit. */
function counts(quota: Status['quota']): string[] {
  const said = (count: number, limit: number | undefined, unit: string) =>
    limit === undefined ? '' : `${count} of ${limit} requests from this editor in the last ${unit}`;
  return quota ? [said(quota.minute, quota.perMinute, 'minute'), said(quota.day, quota.perDay, 'day')] : [];
}

function sentence({ action, outcome, message, usage }: JobEnded): string {
  const size = usage?.completionTokens ? ` (${usage.completionTokens} tokens)` : '';
  return `Qwen: ${action} ${outcome}${size}${message ? `: ${message}` : ''}`;
}
