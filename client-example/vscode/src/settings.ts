/** The settings that are the server's: the section `qwen` without `qwen.server`, which is ours. */
import { workspace } from 'vscode';
import type { ConfigurationMiddleware } from 'vscode-languageclient';

export function options(): object {
  return own({ ...workspace.getConfiguration('qwen') });
}

export const withoutServer: ConfigurationMiddleware['configuration'] = async (params, token, next) => {
  const answer = await next(params, token);
  return Array.isArray(answer) ? answer.map(own) : answer;
};

function own(section: any): any {
  if (section === null || typeof section !== 'object') {
    return section;
  }
  const { server: _, ...rest } = section;
  return fromUser(rest);
}

/** Where requests go, what goes along and what runs: a folder's own settings do not count there. */
const usersAlone = ['provider', 'baseUrl', 'headers', 'keyCommand', 'oauth', 'proxy', 'caBundle'];

function fromUser(section: any): any {
  const known = workspace.getConfiguration('qwen');
  for (const name of usersAlone) {
    const value = known.inspect(name)?.globalValue;
    section[name] = value === undefined ? null : value;
  }
  return section;
}
