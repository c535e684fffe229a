/** What this client can do beside the protocol, as it says to the server. */
import { workspace } from 'vscode';
import type { StaticFeature } from 'vscode-languageclient';

/**
 * `edits`: VS Code makes an edit for the version that it names, or not at all, and says so.
 * `userSettings`: settings.ts takes from the user alone what a folder must not set.
 */
const own = { status: true, jobs: true, instructions: true, edits: 'checked', undoStops: true, userSettings: true };

export const abilities: StaticFeature = {
  fillClientCapabilities(capabilities) {
    const qwen = { ...own, workspaceTrust: { trusted: workspace.isTrusted } };
    capabilities.experimental = { ...capabilities.experimental, qwen };
  },
  initialize() {},
  getState: () => ({ kind: 'static' }),
  clear() {},
};
