/** What this client can do beside the protocol, as it says to the server. */
import type { StaticFeature } from 'vscode-languageclient';

const qwen = { status: true, jobs: true, instructions: true, undoStops: true };

export const abilities: StaticFeature = {
  fillClientCapabilities(capabilities) {
    capabilities.experimental = { ...capabilities.experimental, qwen };
  },
  initialize() {},
  getState: () => ({ kind: 'static' }),
  clear() {},
};
