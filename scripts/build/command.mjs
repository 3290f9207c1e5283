/** @file Builds the command: one file, which imports the built library. */
import {join} from 'node:path';
import {build} from 'esbuild';
import {root} from './sources.mjs';

/** @param file Where it goes: a folder below that of the library. */
export function buildCommand(file) {
  return build({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [
      {
        name: 'library',
        setup: ({onResolve}) =>
          onResolve({filter: /src\/index\.js$/}, () => ({path: '../esm/index.js', external: true})),
      },
    ],
  });
}
