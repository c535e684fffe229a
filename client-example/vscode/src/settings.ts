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
  return rest;
}
