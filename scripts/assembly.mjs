/**
 * @file Compiles src/kernels/host/assembly to WebAssembly and embeds it in src/kernels/host/binary.ts; with `--check`, says
 * whether the embedded module is that of the sources.
 */
import {Buffer} from 'node:buffer';
import {readFileSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {main} from 'assemblyscript/asc';

const root = resolve(import.meta.dirname, '..');
const target = resolve(root, 'src/kernels/host/binary.ts');
let binary = null;
const {error, stderr} = await main(
  [
    'src/kernels/host/assembly/index.ts',
    ...['-O3', '--noAssert', '--converge', '--runtime', 'stub', '--enable', 'simd'],
    ...['--importMemory', '--initialMemory', '1', '--noExportMemory', '--use', 'abort='],
    ...['--outFile', 'kernels.wasm'],
  ],
  {
    readFile: (name, base) => {
      try {
        return readFileSync(resolve(root, base ?? '.', name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  },
);
if (error) {
  console.error(String(stderr));
  throw error;
}
const text = `/** @file Generated from assembly/ by \`npm run build:wasm\`. */
export const BINARY =
  '${Buffer.from(binary).toString('base64')}';
`;
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/kernels/host/binary.ts is not that of src/kernels/host/assembly: npm run build:wasm');
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
  console.log(`${binary.length} bytes`);
}
