/**
 * @file How long `solveQPAsync` takes compared with `solveQP`, how late a timer of 5 ms is meanwhile, and how soon it stops.
 *
 *     npx tsx bench/responsiveness.ts [--problems 50000] [--variables 20] [--threads 2] [--backend cpu]
 *
 * On a machine that has other work, repeat it: lateness includes the time in which the process was not running.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {parseArgs} from 'node:util';
import {setThreads, solveQP, solveQPAsync} from '../src/index.js';

const {values} = parseArgs({
  options: {
    problems: {type: 'string', default: '50000'},
    variables: {type: 'string', default: '20'},
    threads: {type: 'string', default: '2'},
    backend: {type: 'string', default: 'wasm'},
    repeats: {type: 'string', default: '3'},
  },
});
const [batch, n, threads, repeats] = [values.problems, values.variables, values.threads, values.repeats].map(
  Number,
);
setThreads(threads);
await tf.setBackend(values.backend);
await tf.ready();

const problem = tf.tidy(() => {
  const half = tf.randomNormal([batch, n, n], 0, 1, 'float32', 1);
  return {
    Q: tf.add(tf.matMul(half, half, false, true), tf.eye(n)),
    p: tf.randomNormal([batch, n], 0, 1, 'float32', 2),
    G: tf.randomNormal([n, n], 0, 1, 'float32', 3),
    h: tf.ones([n]),
  };
});

const clock = async (f: () => Promise<void>) => {
  const start = performance.now();
  await f();
  return performance.now() - start;
};
const blocking = async () => {
  // What the workers post is read between two calls.
  await new Promise((resolve) => setTimeout(resolve, 50));
  return clock(async () => {
    const result = tf.tidy(() => solveQP(problem as never, {onFailure: 'ignore'}));
    await result.x.data();
    tf.dispose(result as never);
  });
};
/** The late times of a timer of 5 ms, in ms. */
async function lateness(f: () => Promise<void>): Promise<{took: number; late: number[]}> {
  const late: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - 5));
    last = now;
  }, 5);
  const took = await clock(f);
  clearInterval(timer);
  late.push(performance.now() - last - 5);
  return {took, late: late.sort((a, b) => a - b)};
}
const median = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1];

// Workers start, and engines compile.
for (let k = 0; k < 2; k++) await blocking();
const [atOnce, inSlices, ratios, worst, p99]: number[][] = [[], [], [], [], []];
for (let k = 0; k < repeats; k++) {
  const whole = await blocking();
  const {took, late} = await lateness(async () => {
    tf.dispose((await solveQPAsync(problem as never, {onFailure: 'ignore'})) as never);
  });
  atOnce.push(whole);
  inSlices.push(took);
  ratios.push(took / whole);
  worst.push(late.at(-1)!);
  p99.push(late[Math.floor(0.99 * late.length)]);
}
const stops: number[] = [];
for (let k = 0; k < 10; k++) {
  const controller = new AbortController();
  let aborted = 0;
  setTimeout(
    () => {
      aborted = performance.now();
      controller.abort();
    },
    50 + 17 * k,
  );
  try {
    await solveQPAsync(problem as never, {onFailure: 'ignore', signal: controller.signal});
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    stops.push(performance.now() - aborted);
  }
}
const ms = (value: number) => `${value.toFixed(1)} ms`;
console.log(`${batch} problems of ${n} variables, ${threads} threads, backend ${values.backend}`);
console.log(`solveQP       ${ms(median(atOnce))}`);
console.log(`solveQPAsync  ${ms(median(inSlices))}, ${median(ratios).toFixed(3)} times that`);
console.log(`a timer of 5 ms is late by ${ms(median(p99))} (99 %), ${ms(Math.max(...worst))} at most`);
console.log(`stops within  ${ms(Math.max(...stops))} (${stops.length} of 10 were stopped)`);
setThreads(1);
