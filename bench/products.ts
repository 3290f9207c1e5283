/**
 * @file Times products of matrices in double precision, as programs compute them, beside tfjs's in single precision, and prints a table:
 * npm run bench:products.
 *
 * The ratio compares with tfjs's product of the same size without transposition, in the same run.
 */
import * as tf from '@tensorflow/tfjs-core';
import {startBackend} from '../examples/support/backend.js';
import {giveBackArrays, takeArrays} from '../src/kernels/index.js';
import {sameNumbers} from './row.js';

const RUNS = 301;

/** [rows, inner, columns], and how both lie. */
const CASES: [number, number, number, boolean, boolean][] = [
  [700, 1000, 5, false, false],
  [700, 1000, 5, false, true],
  [1000, 700, 5, true, false],
  [1000, 700, 5, true, true],
  [1024, 700, 5, true, false],
  [700, 1000, 1, false, false],
  [700, 1000, 10, false, false],
  [1000, 700, 10, true, false],
  [1, 700, 1000, false, false],
  [1, 1000, 700, false, true],
  [10, 10, 10, false, false],
  [100, 100, 100, false, false],
  [100, 100, 100, true, false],
  [100, 100, 100, false, true],
  [300, 300, 300, false, false],
];

/** Medians in ms, of runs that take turns: what else the machine does falls on both. */
function medians(works: (() => void)[]): number[] {
  const times: number[][] = works.map(() => []);
  for (let run = 0; run < RUNS; run++) {
    works.forEach((work, i) => {
      const start = performance.now();
      work();
      times[i].push(performance.now() - start);
    });
  }
  return times.map((own) => own.sort((one, other) => one - other)[RUNS >> 1]);
}

await startBackend('wasm');
console.log('size            lies   double ms   single ms   ratio   single, lying so, ms');
for (const [rows, inner, columns, turnA, turnB] of CASES) {
  const a = tf.randomNormal<tf.Rank.R2>(turnA ? [inner, rows] : [rows, inner]);
  const b = tf.randomNormal<tf.Rank.R2>(turnB ? [columns, inner] : [inner, columns]);
  const [straightA, straightB] = [turnA ? tf.transpose(a) : a, turnB ? tf.transpose(b) : b];
  const {kernels, arrays} = takeArrays([a.size, b.size, rows * columns]);
  const [left, right, out] = arrays;
  left.set(a.dataSync());
  right.set(b.dataSync());
  const double = kernels.product({
    ...{a: left, turnA, startsA: [0], b: right, turnB, startsB: [0]},
    ...{out, rows, inner, columns},
  });
  const single = () => tf.matMul(straightA, straightB).dispose();
  const lyingSo = () => tf.matMul(a, b, turnA, turnB).dispose();
  double();
  sameNumbers(`${rows}×${inner}×${columns}`, out, tf.matMul(a, b, turnA, turnB).dataSync(), 1e-4);
  const [ours, theirs, turned] = medians([double, single, lyingSo]);
  console.log(
    `${rows}×${inner}×${columns}`.padEnd(16) +
      `${turnA ? 'Aᵀ' : 'A '}${turnB ? 'Bᵀ' : 'B '}` +
      ours.toFixed(4).padStart(12) +
      theirs.toFixed(4).padStart(12) +
      (ours / theirs).toFixed(2).padStart(8) +
      turned.toFixed(4).padStart(12),
  );
  giveBackArrays(kernels);
  tf.dispose([a, b, straightA, straightB]);
}
