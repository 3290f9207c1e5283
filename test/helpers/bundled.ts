/** @file A program of the sources as one file: a process that runs it starts in a tenth of the time that its modules take. */
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import esbuild from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const WORKER = 'tfjs-implicit-worker';

/**
 * @param name Of a folder of its own in `out/programs`.
 * @param code A module, as if it lay in the root of the project.
 * @returns Where the file lies: with the worker of the library beside it, and without the packages.
 */
export function bundled(name: string, code: string): string {
  const outdir = join(root, 'out/programs', name);
  esbuild.buildSync({
    absWorkingDir: root,
    stdin: {contents: code, resolveDir: root, loader: 'ts', sourcefile: 'program.ts'},
    entryPoints: {[WORKER]: `src/kernels/threads/${WORKER}.ts`},
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    // The sources register their operations when they are loaded.
    ignoreAnnotations: true,
    logLevel: 'warning',
  });
  return join(outdir, 'stdin.js');
}
