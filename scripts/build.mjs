/** @file Builds dist/: ES modules and their CommonJS twin, with types. */
import {execFileSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';

const root = resolve(import.meta.dirname, '..');
const tsc = resolve(root, 'node_modules/typescript/bin/tsc');
rmSync(resolve(root, 'dist'), {recursive: true, force: true});
for (const project of ['tsconfig.esm.json', 'tsconfig.cjs.json']) {
  execFileSync('node', [tsc, '-p', project], {cwd: root, stdio: 'inherit'});
}
// The package is ESM; this makes Node read the twin as CommonJS.
writeFileSync(
  resolve(root, 'dist/cjs/package.json'),
  '{"type": "commonjs", "sideEffects": ["./register.js"]}\n',
);
writeFileSync(
  resolve(root, 'dist/esm/package.json'),
  '{"type": "module", "sideEffects": ["./register.js"]}\n',
);
