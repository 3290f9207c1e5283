/** @file Whether dist/ has been built of these sources: by a hash of all that it is made of, which is kept outside of what is packed. */
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {root} from './sources.mjs';

const SOURCES = [
  ...['src', 'cli', 'scripts/build', 'scripts/build.mjs'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.esm.json'],
];
const MARK = join(root, 'out/built.txt');
/** Which is written last. */
const LAST = join(root, 'dist/cli/tfjs-implicit.js');

function hash() {
  const sum = createHash('sha256');
  for (const path of SOURCES.map((name) => join(root, name))) {
    const names = statSync(path).isDirectory() ? readdirSync(path, {recursive: true}).sort() : [''];
    for (const file of names.map((name) => join(path, name)).filter((name) => statSync(name).isFile()))
      sum.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return sum.digest('hex');
}

/** All but what was changed in dist/ itself. */
export const isBuilt = () => existsSync(LAST) && existsSync(MARK) && readFileSync(MARK, 'utf8') === hash();

/** To be called before anything in dist/ changes. */
export const forgetBuild = () => rmSync(MARK, {force: true});

export function markBuilt() {
  mkdirSync(dirname(MARK), {recursive: true});
  writeFileSync(MARK, hash());
}
