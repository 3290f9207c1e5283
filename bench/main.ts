/**
 * @file Times the library, beside its peers where they are installed, and prints a table.
 *
 * Machines differ and are noisy: read the ratios of one run, such as that to tfjs's own matMul of the same size.
 */
import {writeFile} from 'node:fs/promises';
import {cpus} from 'node:os';
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {Bench} from 'tinybench';
import {startBackend} from '../examples/support/backend.js';
import {missingPeers} from './peers/optional.js';
import {pythonRows} from './peers/python.js';
import type {Suite} from './row.js';
import {bundleSizes} from './suites/bundle.js';
import {firstCall} from './suites/first-call.js';
import {lassoSuite} from './suites/lasso.js';
import {gpuSuite} from './suites/gpu.js';
import {innerTable} from './suites/inner.js';
import {linalgSuite} from './suites/linalg.js';
import {smallTable} from './suites/small.js';
import {qpSuite} from './suites/qp.js';
import {sparsemaxSuite} from './suites/sparsemax.js';

/** Who runs batches of quadratic programs on a GPU, in Python. */
const GPU_PEERS = [
  'qpth (PyTorch, CUDA, dense batches), BPQP and SCQPTH beside it',
  'jaxopt.OSQP and qpax (JAX, CUDA, vmap)',
  'cvxpylayers with CuClarabel or Moreau (CUDA)',
];

const HELP = `npm run bench -- [options]
  --suite inner    problems inside problems instead: hypergradients, beside loops by hand and JAXopt (PYTHON=… names a Python)
  --suite small    one small quadratic program after another: prepareQP and quadprog, warm and cold
  --small          smaller sizes of the suite inner
  --backend NAME   cpu, wasm (default) or webgpu (by Dawn)
  --only REGEX     rows whose name matches
  --time MS        for each row, default 2000
  --batch LIST     on webgpu, default 1024,4096
  --json FILE      writes the numbers
  --markdown FILE  writes the table`;

const {values: options} = parseArgs({
  options: {
    backend: {type: 'string', default: 'wasm'},
    only: {type: 'string', default: ''},
    json: {type: 'string'},
    markdown: {type: 'string'},
    time: {type: 'string', default: '2000'},
    batch: {type: 'string', default: '1024,4096'},
    suite: {type: 'string', default: ''},
    small: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
await startBackend(options.backend);

if (options.suite === 'inner') {
  const {small, time} = options;
  const text = innerTable({small, time: Number(time), only: new RegExp(options.only)});
  console.log(text);
  if (options.markdown) await writeFile(options.markdown, text);
  process.exit();
}

if (options.suite === 'small') {
  const text = await smallTable({time: Number(options.time), only: new RegExp(options.only)});
  console.log(text);
  if (options.markdown) await writeFile(options.markdown, text);
  process.exit();
}

const onGpu = options.backend === 'webgpu';
const SUITES: Suite[] = onGpu
  ? [gpuSuite(options.batch.split(',').map(Number))]
  : [qpSuite, linalgSuite, sparsemaxSuite, lassoSuite];
const chosen = new RegExp(options.only);
const rows = [];
for (const suite of SUITES) rows.push(...(await suite()));
const needed = new Set(
  rows.filter(({name}) => chosen.test(name)).flatMap(({name, yardstick}) => [name, yardstick]),
);

// In rounds: the speed of a machine drifts, and only what was measured close together can be compared.
const ROUNDS = 5;
const rounds: Map<string, number>[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const time = Number(options.time) / ROUNDS;
  const bench = new Bench({time, iterations: 2, warmupIterations: 1, warmupTime: 0});
  for (const {name, run} of rows) if (needed.has(name)) bench.add(name, run);
  await bench.run();
  rounds.push(
    new Map(
      bench.tasks.map(({name, result}) => {
        if (result.state !== 'completed') throw new Error(`${name} did not complete: ${result.state}`);
        return [name, result.latency.p50 ?? result.latency.mean];
      }),
    ),
  );
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

const table = rows
  .filter(({name}) => needed.has(name))
  .map(({name, yardstick}) => ({
    name,
    median: median(rounds.map((times) => times.get(name)!)),
    ratio: yardstick ? median(rounds.map((times) => times.get(name)! / times.get(yardstick)!)) : null,
    yardstick: yardstick ?? null,
  }));
const lines = [
  '| what | median, ms | ratio | to |',
  '| --- | --- | --- | --- |',
  ...table.map(
    ({name, median, ratio, yardstick}) =>
      `| ${name} | ${median.toFixed(median < 1 ? 3 : 2)} | ${ratio?.toFixed(2) ?? ''} | ${yardstick ?? ''} |`,
  ),
];
const once = options.only || onGpu ? [] : [...(await firstCall(options.backend)), ...(await bundleSizes())];
const peers = options.only || onGpu ? [] : pythonRows();
const {architecture, vendor} = (tf.backend() as {adapterInfo?: Record<string, string>}).adapterInfo ?? {};
const device = onGpu ? ` (${vendor} ${architecture})` : '';
const machine = `${options.backend} backend${device}, ${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.version}`;
const text = [
  `Medians of one run, and of the ratios in its ${ROUNDS} rounds: ${machine}.`,
  '',
  ...lines,
  '',
  ...[
    ...once,
    ...peers,
    ...(onGpu ? GPU_PEERS : missingPeers()).map((peer) => `Not measured, since not installed: ${peer}.`),
  ].map((line) => `- ${line}`),
  '',
].join('\n');
console.log(text);
if (options.markdown) await writeFile(options.markdown, text);
if (options.json) {
  await writeFile(options.json, `${JSON.stringify({machine, rows: table, notes: once, peers}, null, 2)}\n`);
}
process.exit();
