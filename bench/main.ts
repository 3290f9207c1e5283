/**
 * @file Times the library, beside its peers where they are installed, and prints a table.
 *
 * Machines differ and are noisy: read the ratios of one run, such as that to tfjs's own matMul of the same size.
 */
import {writeFile} from 'node:fs/promises';
import {cpus} from 'node:os';
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {startBackend} from '../examples/support/backend.js';
import {measure} from './measure.js';
import {missingPeers} from './peers/optional.js';
import {pythonRows} from './peers/python.js';
import type {Suite} from './row.js';
import {bundleSizes} from './suites/bundle.js';
import {firstCall} from './suites/first-call.js';

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
  --suite gpu      what is worth a GPU: large batches; the default on webgpu, and on tensorflow with a GPU
  --backend NAME   cpu, wasm (default), tensorflow or webgpu (by Dawn)
  --only REGEX     rows whose name matches
  --peers          the Python peers also with --only (PYTHON=… names a Python)
  --time MS        for each row, default 2000
  --batch LIST     of the suite gpu, default 1024,4096
  --limit SECONDS  no row is begun after that time
  --json FILE      writes the numbers
  --markdown FILE  writes the table`;

const {values: options} = parseArgs({
  options: {
    backend: {type: 'string', default: 'wasm'},
    only: {type: 'string', default: ''},
    peers: {type: 'boolean', default: false},
    json: {type: 'string'},
    markdown: {type: 'string'},
    time: {type: 'string', default: '2000'},
    batch: {type: 'string', default: '1024,4096'},
    limit: {type: 'string'},
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

// Only what is timed is loaded. Some suites run examples, which import the sources, and the others the built package: two copies of the
// library in one process would register their kernels over each other.
if (options.suite === 'inner') {
  const {innerTable} = await import('./suites/inner.js');
  const {small, time} = options;
  const text = innerTable({small, time: Number(time), only: new RegExp(options.only)});
  console.log(text);
  if (options.markdown) await writeFile(options.markdown, text);
  process.exit();
}

if (options.suite === 'small') {
  const {smallTable} = await import('./suites/small.js');
  const text = await smallTable({time: Number(options.time), only: new RegExp(options.only)});
  console.log(text);
  if (options.markdown) await writeFile(options.markdown, text);
  process.exit();
}

const onGpu = options.suite === 'gpu' || options.backend === 'webgpu' || tensorflowHasGpu();
const suites: Suite[] = onGpu
  ? [(await import('./suites/gpu.js')).gpuSuite(options.batch.split(',').map(Number))]
  : [
      (await import('./suites/qp.js')).qpSuite,
      (await import('./suites/bounds.js')).boundsSuite,
      (await import('./suites/linalg.js')).linalgSuite,
      (await import('./suites/sparsemax.js')).sparsemaxSuite,
      (await import('./suites/lasso.js')).lassoSuite,
      (await import('./suites/convex.js')).convexSuite,
    ];
const chosen = new RegExp(options.only);
const rows = [];
for (const suite of suites) rows.push(...(await suite()));
const needed = new Set(
  rows.filter(({name}) => chosen.test(name)).flatMap(({name, yardstick}) => [name, yardstick]),
);

const ROUNDS = 5;
const table = await measure(
  rows.filter(({name}) => needed.has(name)),
  {time: Number(options.time), rounds: ROUNDS, ...(options.limit && {limit: 1e3 * Number(options.limit)})},
);
const lines = [
  '| what | median, ms | ratio | to |',
  '| --- | --- | --- | --- |',
  ...table.map(
    ({name, median, ratio, yardstick}) =>
      `| ${name} | ${median.toFixed(median < 1 ? 3 : 2)} | ${ratio?.toFixed(2) ?? ''} | ${yardstick ?? ''} |`,
  ),
];
const once = options.only || onGpu ? [] : [...(await firstCall(options.backend)), ...(await bundleSizes())];
const withPeers = options.peers || !(options.only || onGpu);
const peers = withPeers ? pythonRows(new Map(table.map(({name, median: time}) => [name, time]))) : [];
const {architecture, vendor} = (tf.backend() as {adapterInfo?: Record<string, string>}).adapterInfo ?? {};
const device = vendor ? ` (${vendor} ${architecture})` : tensorflowHasGpu() ? ' (CUDA)' : '';
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

/** Of tfjs-node: whether TensorFlow found a GPU that it can use. */
function tensorflowHasGpu(): boolean {
  return (tf.backend() as {isUsingGpuDevice?: boolean}).isUsingGpuDevice === true;
}
