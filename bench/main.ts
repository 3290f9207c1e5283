/**
 * @file Times the library and prints a table; `--json FILE` writes the numbers too.
 *
 * Machines differ and are noisy: read the ratios of one run, such as that to tfjs's own matMul of the same size.
 */
import {writeFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';
import {Bench} from 'tinybench';
import * as tf from '@tensorflow/tfjs';
import {startBackend} from '../examples/support/backend.js';
import {solveQP, sparsemax, type QPInput} from '../src/index.js';
import {makeProblem, type Problem, type Setup} from './problems.js';

const {values: options} = parseArgs({
  options: {
    backend: {type: 'string', default: 'wasm'},
    json: {type: 'string'},
    time: {type: 'string', default: '1000'},
  },
});
await startBackend(options.backend);

const SETUPS: Setup[] = [1, 128].flatMap((batch) => [
  {n: 10, k: 5, m: 10, batch},
  {n: 50, k: 10, m: 50, batch},
  {n: 100, k: 0, m: 100, batch},
  {n: 100, k: 10, m: 100, batch},
]);

const bench = new Bench({time: Number(options.time), iterations: 3, warmupIterations: 1, warmupTime: 0});

function asInput({Q, p, G, h, A, b}: Problem): QPInput {
  return A.shape[1] === 0 ? {Q, p, G, h} : {Q, p, G, h, A, b};
}

for (const setup of SETUPS) {
  const problem = makeProblem(setup);
  const name = `QP n=${setup.n} equalities=${setup.k} inequalities=${setup.m} batch=${setup.batch}`;
  const {batch, n} = setup;
  const [left, right] = [1, 2].map((seed) =>
    tf.randomNormal<tf.Rank.R3>([batch, n, n], 0, 1, 'float32', seed),
  );
  bench.add(`${name}: forward`, () => tf.dispose(solveQP(asInput(problem))));
  const inputs = Object.values(asInput(problem)) as tf.Tensor[];
  const sum = (...tensors: tf.Tensor[]) => {
    const [Q, p, G, h, A, b] = tensors;
    return tf.sum(solveQP(asInput({...problem, Q, p, G, h, ...(A && {A, b})})).x);
  };
  bench.add(`${name}: forward and backward, in every tensor`, () => tf.dispose(tf.grads(sum)(inputs)));
  bench.add(`${name}: tf.matMul of [${batch}, ${n}, ${n}]`, () => {
    const product = tf.matMul(left, right);
    product.dataSync();
    product.dispose();
  });
}

const logits = tf.randomNormal([4096, 1000], 0, 1, 'float32', 3);
const weights = tf.randomNormal([4096, 1000], 0, 1, 'float32', 4);
for (const [name, f] of Object.entries({sparsemax, 'tf.softmax': (x: tf.Tensor) => tf.softmax(x)})) {
  bench.add(`${name} [4096, 1000]: forward and backward`, () =>
    tf.dispose(tf.grad((x: tf.Tensor) => tf.sum(tf.mul(weights, f(x))))(logits)),
  );
}

// Worker threads start with the first large batch, while it is being solved: let them come up.
tf.dispose(solveQP(asInput(makeProblem({n: 50, k: 10, m: 50, batch: 128}))));
await new Promise((resolve) => setTimeout(resolve, 1500));
await bench.run();
const rows = bench.tasks.map(({name, result}) => {
  if (result.state !== 'completed') throw new Error(`${name} did not complete: ${result.state}`);
  return {name, median: result.latency.p50 ?? result.latency.mean, runs: result.latency.samplesCount};
});
console.log(`\nmedian, ms (${options.backend} backend, Node ${process.version})`);
for (const {name, median} of rows) console.log(`${median.toFixed(2).padStart(10)}  ${name}`);
if (options.json) {
  await writeFile(
    options.json,
    `${JSON.stringify({backend: options.backend, node: process.version, rows}, null, 2)}\n`,
  );
}
