// Bundles the extension into dist/, and beside it the licences of what went in.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  minify: true,
  metafile: true,
  platform: 'node',
  target: 'node20',
  external: ['vscode'],
});

const folders = Object.keys(metafile.inputs).flatMap((path) => path.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []);
const notices = [...new Set(folders)].sort().map((folder) => {
  const licence = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (!licence) {
    throw new Error(`${folder} has no licence file`);
  }
  return `${folder.split('node_modules/').at(-1)}\n\n${readFileSync(`${folder}/${licence}`, 'utf8').trim()}\n`;
});
writeFileSync('dist/notices.txt', notices.join('\n----\n\n'));
