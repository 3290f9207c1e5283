/**
 * @file `npm run bench:gpu`: everything that a machine with a GPU can tell, in eight minutes, in one JSON file: whether the suites pass
 * on WebGPU (by Dawn) and on tensorflow, and the times of both, with those of the Python peers on CUDA if there are any.
 *
 * Each part is a process of its own with a limit of time, so that one that fails or hangs costs no other.
 */
import {spawn} from 'node:child_process';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {partsOf, type Part} from './parts.js';

const HELP = `npm run bench:gpu -- [options]
  --json FILE      where the results go, default out/gpu.json
  --minutes N      for all parts together, default 8
  --batch LIST     sizes of the batches, default 128,1024,4096
  --only REGEX     parts whose name matches`;

const {values: options} = parseArgs({
  options: {
    json: {type: 'string', default: 'out/gpu.json'},
    minutes: {type: 'string', default: '8'},
    batch: {type: 'string', default: '128,1024,4096'},
    only: {type: 'string', default: ''},
    help: {type: 'boolean', default: false},
  },
});

/** Of the output of a part that did not end well. */
const SHOWN = 4000;
const root = resolve(import.meta.dirname, '../..');

interface Outcome {
  ok: boolean;
  seconds: number;
  /** Why it is not ok, or what is to be known. */
  note?: string;
  /** What the part measured. */
  results?: unknown;
  output?: string;
}

async function run({command, args, env, result, summary}: Part, seconds: number): Promise<Outcome> {
  const started = performance.now();
  if (result) rmSync(result, {force: true});
  const child = spawn(command, args, {
    cwd: root,
    env: {...process.env, ...env},
    // A group of its own, so that what it starts ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  const timer = setTimeout(end, 1e3 * seconds);
  process.once('SIGINT', end);
  const [status, error] = await new Promise<[number | null, Error?]>((settle) => {
    child.on('error', (error) => settle([null, error]));
    child.on('close', (status) => settle([status]));
  });
  clearTimeout(timer);
  process.off('SIGINT', end);
  const ok = status === 0;
  const results = result && readIfThere(result);
  return {
    ok,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    ...(status === null && {note: error?.message ?? `ended after its ${Math.round(seconds)} seconds`}),
    ...(results !== undefined && {results: summary ? summary(results) : results}),
    ...(!ok && {output: output.slice(-SHOWN)}),
  };
}

function readIfThere(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

if (options.help) console.log(HELP);
else {
  const file = resolve(root, options.json);
  mkdirSync(dirname(file), {recursive: true});
  const parts = partsOf(options.batch, join(dirname(file), 'gpu-part.json')).filter(({name}) =>
    new RegExp(options.only).test(name),
  );
  const end = performance.now() + 6e4 * Number(options.minutes);
  const outcomes: Record<string, Outcome> = {};
  for (const [i, part] of parts.entries()) {
    const left = (end - performance.now()) / 1e3;
    // What earlier parts did not use is shared by the later ones.
    const weight = parts.slice(i).reduce((sum, {share}) => sum + share, 0);
    const seconds = (left * part.share) / weight;
    console.log(`${part.name}: at most ${Math.round(seconds)} s`);
    const outcome = await run(part.within?.(seconds) ?? part, seconds);
    outcomes[part.name] = outcome;
    console.log(`  ${outcome.ok ? 'ok' : 'not ok'} after ${outcome.seconds} s ${outcome.note ?? ''}`);
    writeFileSync(file, `${JSON.stringify({date: new Date().toISOString(), parts: outcomes}, null, 2)}\n`);
  }
  console.log(`The results are in ${options.json}.`);
  if (Object.values(outcomes).some(({ok}) => !ok)) process.exitCode = 1;
}
