/**
 * @file Compiles src/kernels/twins/host/assembly to WebAssembly and embeds it in src/kernels/twins/host/binary; with `--check`, says
 * whether the embedded modules are those of the sources.
 */
import {Buffer} from 'node:buffer';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {main} from 'assemblyscript/asc';

const root = resolve(import.meta.dirname, '..');
/** Each entry is a module, so that a bundle holds what it uses. */
const MODULES = {
  index: 'dense',
  arrays: 'arrays',
  coding: 'coding',
  outers: 'outers',
  rows: 'rows',
  matrices: 'matrices',
  sparse: 'sparse',
};

for (const [entry, name] of Object.entries(MODULES)) {
  const binary = await compile(`src/kernels/twins/host/assembly/${entry}.ts`);
  const target = resolve(root, `src/kernels/twins/host/binary/${name}.ts`);
  const text = `/** @file Generated from assembly/${entry}.ts by \`npm run build:wasm\`. */
export const BINARY =
  '${Buffer.from(binary).toString('hex')}';
`;
  if (!process.argv.includes('--check')) {
    mkdirSync(resolve(target, '..'), {recursive: true});
    writeFileSync(target, text);
    console.log(`${name}: ${binary.length} bytes`);
  } else if (readFileSync(target, 'utf8') !== text) {
    console.error(`${target} is not that of src/kernels/twins/host/assembly: npm run build:wasm`);
    process.exitCode = 1;
  }
}

async function compile(entry) {
  let binary = null;
  const {error, stderr} = await main(
    [
      entry,
      ...['-O3', '--noAssert', '--converge', '--runtime', 'stub', '--enable', 'simd'],
      ...['--importMemory', '--initialMemory', '1', '--noExportMemory', '--use', 'abort='],
      ...['--outFile', 'kernels.wasm'],
    ],
    {
      readFile: (file, base) => {
        try {
          return readFileSync(resolve(root, base ?? '.', file), 'utf8');
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
  if (!error) return binary;
  console.error(String(stderr));
  throw error;
}
