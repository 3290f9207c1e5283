/**
 * @file Builds the site into out/site, for any address of any static host: the pages (site/, docs/) by VitePress, the reference below `api/` by
 * TypeDoc, both at the same time.
 */
import {spawn} from 'node:child_process';
import {renameSync, rmSync} from 'node:fs';
import {fileURLToPath, URL} from 'node:url';
import {makeRelative} from './relative.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command and waits. @throws If it fails; then with what it wrote. */
function run(command, ...args) {
  const child = spawn(command, args, {cwd: root});
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  return new Promise((resolve, reject) =>
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} failed\n${output}`)),
    ),
  );
}

// The pages use the library as it is published, of these sources.
await run('npm', 'run', 'build');
rmSync(`${root}out/api`, {recursive: true, force: true});
await Promise.all([run('npx', 'vitepress', 'build', 'site'), run('npx', 'typedoc', '--out', 'out/api')]);
renameSync(`${root}out/api`, `${root}out/site/api`);
makeRelative(`${root}out/site`);
console.log('The site is in out/site.');
