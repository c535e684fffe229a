/** The settings that are the server's: the section `qwen` without `qwen.server`, which is ours. */
import { Uri, workspace, type WorkspaceConfiguration } from 'vscode';
import type { ConfigurationMiddleware } from 'vscode-languageclient';

export function options(): object {
  return own({ ...workspace.getConfiguration('qwen') });
}

export const withoutServer: ConfigurationMiddleware['configuration'] = async (params, token, next) => {
  const answer = await next(params, token);
  return Array.isArray(answer) ? answer.map((section, index) => own(section, params.items[index]?.scopeUri)) : answer;
};

function own(section: any, scope?: string): any {
  if (section === null || typeof section !== 'object') {
    return section;
  }
  const { server: _, ...rest } = section;
  return tightened(fromUser(rest), scope);
}

/** Where requests go, what goes along and what runs: a folder's own settings do not count there. */
const usersAlone = ['provider', 'baseUrl', 'headers', 'keyCommand', 'oauth', 'proxy', 'caBundle', 'conversation'];

function fromUser(section: any): any {
  const known = workspace.getConfiguration('qwen');
  for (const name of usersAlone) {
    const value = known.inspect(name)?.globalValue;
    section[name] = value === undefined ? null : value;
  }
  return section;
}

/** A folder's own settings can switch Qwen off and take services away, and do neither the other way round. */
function tightened(section: any, scope?: string): any {
  const known = workspace.getConfiguration('qwen', scope === undefined ? null : Uri.parse(scope));
  const switches = values(known, 'enabled');
  const lists = values(known, 'providers.allowed');
  const wrong = lists.find((list) => !Array.isArray(list));
  const allowed = wrong ?? (lists as string[][]).reduce((all, list) => all.filter((id) => list.includes(id)), lists[0] as string[]);
  return {
    ...section,
    enabled: switches.find((value) => value !== true) ?? (switches.length > 0 ? true : null),
    providers: { allowed: lists.length > 0 ? allowed : null },
  };
}

/** What is set, from the user's own settings to those of a folder. */
function values(known: WorkspaceConfiguration, name: string): unknown[] {
  const set = known.inspect(name);
  return [set?.globalValue, set?.workspaceValue, set?.workspaceFolderValue].filter((value) => value !== undefined && value !== null);
}
