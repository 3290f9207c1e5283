/** @file Builds dist/: ES modules and their CommonJS twin, with types. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {transform} from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const [esm, cjs] = ['esm', 'cjs'].map((name) => resolve(root, 'dist', name));
rmSync(resolve(root, 'dist'), {recursive: true, force: true});
const tsc = resolve(root, 'node_modules/typescript/bin/tsc');
execFileSync('node', [tsc, '-p', 'tsconfig.esm.json'], {cwd: root, stdio: 'inherit'});

/** Where a CommonJS module lies, as a URL; without Node's own modules, which a page's bundle cannot have. */
const MODULE_URL = '("file:///" + __filename.replace(/[%#?]/g, encodeURIComponent))';
/** Shaders are text, which no bundler minifies: they lose their indentation, their comments, and spaces that separate nothing. */
function shrinkShaders(text) {
  return text.replace(/`[^`]*`/g, (shader) =>
    shader
      .replace(/^\s*\/\/.*\n/gm, '')
      .replace(/\n\s+/g, '\n')
      .replace(/ ([-+*/=<>{}:&|]+) /g, '$1')
      .replace(/([,;]) /g, '$1'),
  );
}

for (const entry of readdirSync(esm, {recursive: true, withFileTypes: true})) {
  const from = join(entry.parentPath, entry.name);
  const to = from.replace(esm, cjs);
  if (!entry.isFile() || !/\.(js|d\.ts)$/.test(entry.name)) continue;
  const isShader = entry.name.endsWith('.wgsl.js');
  const text = isShader ? shrinkShaders(readFileSync(from, 'utf8')) : readFileSync(from, 'utf8');
  if (isShader) writeFileSync(from, text);
  mkdirSync(dirname(to), {recursive: true});
  writeFileSync(to, entry.name.endsWith('.d.ts') ? text : await toCommonJS(text));
}

async function toCommonJS(text) {
  const {code} = await transform(text.replaceAll('import.meta.url', MODULE_URL), {
    format: 'cjs',
    target: 'es2022',
    // The maps of the ES modules do not fit.
    sourcemap: false,
  });
  return code.replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

// The package is ESM; this makes Node read the twin as CommonJS.
writeFileSync(join(cjs, 'package.json'), '{"type": "commonjs", "sideEffects": ["./register.js"]}\n');
writeFileSync(join(esm, 'package.json'), '{"type": "module", "sideEffects": ["./register.js"]}\n');
