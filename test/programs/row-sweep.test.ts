/** @file A sweep over rows, operation by operation and in a program, against the same in plain arrays. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile} from '../../src/index.js';
import {registerHostKernel} from '../../src/kernels/backends/host-kernel.js';
import {giveBackArrays, HOST_BACKENDS, takeArrays} from '../../src/kernels/index.js';
import {sweepRows, type RowSweep} from '../../src/programs/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

interface Sizes {
  batch: number;
  n: number;
  r: number;
  k: number;
  /** Whether all samples share the columns, and the step of each row. */
  sharedColumns: boolean;
  sharedSteps: boolean;
}

const SIZES: Sizes[] = [
  {batch: 1, n: 4, r: 3, k: 1, sharedColumns: true, sharedSteps: true},
  {batch: 3, n: 4, r: 3, k: 1, sharedColumns: false, sharedSteps: true},
  {batch: 2, n: 3, r: 5, k: 2, sharedColumns: true, sharedSteps: false},
  {batch: 3, n: 5, r: 2, k: 3, sharedColumns: false, sharedSteps: false},
  {batch: 2, n: 1, r: 1, k: 1, sharedColumns: false, sharedSteps: true},
  {batch: 2, n: 4, r: 19, k: 1, sharedColumns: false, sharedSteps: true},
  {batch: 2, n: 4, r: 11, k: 7, sharedColumns: true, sharedSteps: true},
  {batch: 1, n: 3, r: 8, k: 4, sharedColumns: true, sharedSteps: false},
];

/** Rows and columns, the product, what ∇g takes from it, and a step a row, some of them zero: those rows stay. */
function draw({batch, n, r, k, sharedColumns, sharedSteps}: Sizes, seed: number) {
  const random = seededRandom(seed);
  const of = (length: number) => Float64Array.from({length}, () => 2 * random() - 1);
  const [rows, columns] = [of(batch * n * k), of((sharedColumns ? 1 : batch) * n * r)];
  const product = new Float64Array(batch * r * k);
  for (let s = 0; s < batch; s++) {
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < r; i++) {
        const a = columns[((sharedColumns ? 0 : s * n) + j) * r + i];
        for (let c = 0; c < k; c++) product[(s * r + i) * k + c] += a * rows[(s * n + j) * k + c];
      }
    }
  }
  const steps = Float64Array.from({length: (sharedSteps ? 1 : batch) * n}, () => (random() < 0.3 ? 0 : random())); // prettier-ignore
  return [rows, columns, product, of(batch * r * k), steps];
}

/** One after the other: x_j ← tanh(x_j − step · Gᵀa_j) where there is a step, with G = sin(AX) − Y. */
function expected(
  {batch, n, r, k, sharedColumns, sharedSteps}: Sizes,
  [rows, columns, product, y, steps]: Float64Array[],
) {
  // prettier-ignore
  const [X, P] = [rows.slice(), product.slice()];
  for (let s = 0; s < batch; s++) {
    for (let j = 0; j < n; j++) {
      const a = (i: number) => columns[((sharedColumns ? 0 : s * n) + j) * r + i];
      const step = steps[(sharedSteps ? 0 : s * n) + j];
      if (step === 0) continue;
      const changes = Array.from({length: k}, (_, c) => {
        let slope = 0;
        for (let i = 0; i < r; i++) slope += a(i) * (Math.sin(P[(s * r + i) * k + c]) - y[(s * r + i) * k + c]); // prettier-ignore
        const at = (s * n + j) * k + c;
        const before = X[at];
        X[at] = Math.tanh(before - step * slope);
        return X[at] - before;
      });
      for (let i = 0; i < r; i++) changes.forEach((change, c) => (P[(s * r + i) * k + c] += a(i) * change));
    }
  }
  return X;
}

const sweep = (rows: tf.Tensor, columns: tf.Tensor, product: tf.Tensor, y: tf.Tensor, steps: tf.Tensor) =>
  sweepRows({
    rows: rows as tf.Tensor3D,
    columns: columns as tf.Tensor3D,
    product: product as tf.Tensor3D,
    beside: [steps as tf.Tensor3D],
    gradient: (at) => tf.sub(tf.sin(at), y),
    move: (row, slope, [step]) =>
      tf.where(tf.greater(tf.add(step, tf.zerosLike(row)), 0), tf.tanh(tf.sub(row, tf.mul(step, slope))), row), // prettier-ignore
  });

/** Runs `f` where WebAssembly gives no memory, so that programs run in plain TypeScript. */
function withoutMemories<T>(f: () => T): T {
  const {Memory} = WebAssembly;
  const taken = [];
  WebAssembly.Memory = class {
    constructor() {
      throw new RangeError('no memory');
    }
  } as unknown as typeof Memory;
  try {
    // Those that others gave back.
    for (;;) {
      const {kernels} = takeArrays([1]);
      if (kernels.name === 'reference') return f();
      taken.push(kernels);
    }
  } finally {
    WebAssembly.Memory = Memory;
    taken.forEach(giveBackArrays);
  }
}

describeAnyBackend('a sweep over rows', () => {
  it('computes the gradient again only after a row that moved', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const kernel = 'CountedByTheSweep';
        let count = 0;
        registerHostKernel<'x'>(kernel, ({x}) => {
          count++;
          return [{values: x.values.map(Math.sin), shape: x.shape, dtype: 'float32'}];
        });
        try {
          const [rows, columns, product] = [tf.ones([1, 4, 1]), tf.ones([1, 4, 2]), tf.ones([1, 2, 1])];
          const compiled = compile(
            (steps: tf.Tensor) =>
              sweepRows({
                ...({rows, columns, product, beside: [steps]} as unknown as Pick<
                  RowSweep,
                  'rows' | 'columns' | 'product' | 'beside'
                >),
                gradient: (at) => tf.engine().runKernel(kernel, {x: at}) as tf.Tensor3D,
                move: (row, slope, [step]) => tf.sub(row, tf.mul(step, slope)),
              }),
            [tf.ones([1, 4, 1])],
          );
          for (const [steps, gradients] of [
            [[1, 1, 1, 1], 5],
            [[0, 0, 0, 0], 1],
            [[1, 0, 0, 1], 3],
          ] as const) {
            // prettier-ignore
            count = 0;
            compiled([...steps]);
            assert.equal(count, gradients);
          }
        } finally {
          for (const backend of HOST_BACKENDS) tf.unregisterKernel(kernel, backend);
        }
      }),
    ));

  SIZES.forEach((sizes, seed) => {
    const {batch, n, r, k, sharedColumns, sharedSteps} = sizes;
    const shapes = [[batch, n, k], [sharedColumns ? 1 : batch, n, r], [batch, r, k], [batch, r, k], [sharedSteps ? 1 : batch, n, 1]]; // prettier-ignore

    it(`is one row after the other, each with the product of those before it: ${JSON.stringify(sizes)}`, () =>
      expectNoLeak(() => {
        const data = draw(sizes, seed + 1);
        const tensors = data.map((values, i) => tf.tensor(Float32Array.from(values), shapes[i]));
        const [rows, columns, product, y, steps] = tensors;
        const found = tf.tidy(() => sweep(rows, columns, product, y, steps));
        assert.deepEqual(found.shape, [batch, n, k]);
        expectClose(found, expected(sizes, data), 1e-5);
        const make = () => compile(sweep, tensors as Parameters<typeof sweep>);
        for (const compiled of [make(), withoutMemories(make)]) {
          for (const again of [1, 2, 3]) {
            const others = draw(sizes, 10 * again + seed);
            const result = compiled(...others);
            expected(sizes, others).forEach((value, i) => assert.approximately(result[i], value, 1e-13));
          }
        }
        tf.dispose([found, ...tensors]);
      }));
  });
});
