/**
 * @file Runs the examples one after the other, with a line for each: `npm run examples -- --quick` is what CI runs.
 *
 * They are the npm scripts `example:NAME` that run a main.ts of this folder. Names may be given to run only those.
 */
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {parseArgs} from 'node:util';

const {values: options, positionals: wanted} = parseArgs({
  allowPositionals: true,
  options: {quick: {type: 'boolean', default: false}},
});

const {scripts} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};
const examples = Object.entries(scripts).flatMap(([name, command]) => {
  const [, folder] = /^tsx (examples\/[\w-]+\/main\.ts)$/.exec(command) ?? [];
  return name.startsWith('example:') && folder ? [{name: name.slice('example:'.length), folder}] : [];
});
const unknown = wanted.find((name) => !examples.some((example) => example.name === name));
if (unknown) {
  throw new Error(
    `There is no example '${unknown}'; there are ${examples.map(({name}) => name).join(', ')}.`,
  );
}

for (const {name, folder} of examples.filter(
  (example) => wanted.length === 0 || wanted.includes(example.name),
)) {
  const started = performance.now();
  const args = ['--import', 'tsx', folder, ...(options.quick ? ['--quick'] : [])];
  const {status, stdout, stderr} = spawnSync(process.execPath, args, {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name.padEnd(16)} ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  if (status === 0) continue;
  console.log(stdout, stderr);
  process.exitCode = 1;
}
