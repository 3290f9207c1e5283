/** @file What only shaders can get wrong: doubles of two f32, dispatches in parts, workgroups that share a problem. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linalg, projections, solveQP} from '../../src/index.js';
import {runProblems, type Routine} from '../../src/kernels/twins/webgpu/run-problems.js';
import type {WebGPU} from '../../src/kernels/twins/webgpu/types.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {assertClose, describeDevices, valuesOf} from './devices.js';

const ARITHMETIC: Routine = {
  name: 'arithmetic of the test',
  code: () => `
fn solve() {
  let a = quick(given_a(0), given_a(1));
  let b = quick(given_b(0), given_b(1));
  wrd($results, 0, add(a, b));
  wrd($results, 1, sub(a, b));
  wrd($results, 2, mul(a, b));
  wrd($results, 3, div(a, b));
  wrd($results, 4, root(size(a)));
}`,
};

/** What is exact in two f32. */
const split = (value: number): [number, number] => {
  const high = Math.fround(value);
  return [high, Math.fround(value - high)];
};

/** Each thread has its number, plus one, and twice that behind the comma of f32. */
const REDUCTIONS: Routine = {
  name: 'reductions of the test',
  code: () => `
fn solve() {
  let own = f32(lane + 1) + given_a(0);
  let sum_of = total(D(own, own * 5.9604645e-8));
  let most_of = most(own);
  if (lane == 0) {
    wrd($results, 0, sum_of);
    wr($results, 2, most_of);
  }
}`,
};

describeDevices('shaders', (device) => {
  if (device !== 'webgpu') return;

  afterEach(() => {
    tf.env().set('IMPLICIT_WEBGPU_LANES', 0);
    tf.env().set('IMPLICIT_WEBGPU_WORDS', 2 ** 26);
    tf.env().set('IMPLICIT_WEBGPU_FAST_BYTES', 2 ** 20);
    tf.env().set('IMPLICIT_WEBGPU_SUBGROUPS', true);
  });

  it('computes in doubles to 48 bits less a few', async () => {
    const next = seededRandom(1);
    const numbers = Array.from({length: 500}, () => split((next() - 0.5) * Math.exp(20 * (next() - 0.5))));
    const others = Array.from({length: 500}, () => split((next() - 0.5) * Math.exp(20 * (next() - 0.5))));
    const [a, b] = [tf.tensor2d(numbers), tf.tensor2d(others)];
    const size = {size: 10};
    const [info] = runProblems(
      tf.backend() as WebGPU,
      {...ARITHMETIC, name: `${ARITHMETIC.name}, both halves`},
      {batch: 500, width: 1, inputs: {a, b}, areas: {results: size}},
      [{area: 'results', shape: [500, 10]}],
    );
    const result = tf.engine().makeTensorFromTensorInfo(info);
    const values = await valuesOf(result);
    tf.dispose([a, b, result]);
    let worst = 0;
    numbers.forEach(([high, low], i) => {
      const x = high + low;
      const y = others[i][0] + others[i][1];
      [x + y, x - y, x * y, x / y, Math.sqrt(Math.abs(x))].forEach((expected, k) => {
        const at = i * 10 + 2 * k;
        worst = Math.max(worst, Math.abs((values[at] + values[at + 1] - expected) / expected));
      });
    });
    assert.isBelow(worst, 2 ** -46);
  });

  for (const lanes of [1, 32, 64, 128]) {
    for (const subgroups of lanes === 1 ? [true] : [true, false]) {
      it(`adds up ${lanes} threads ${subgroups ? 'by subgroups' : 'in pairs'}`, async () => {
        tf.env().set('IMPLICIT_WEBGPU_LANES', lanes);
        tf.env().set('IMPLICIT_WEBGPU_SUBGROUPS', subgroups);
        const a = tf.tensor2d([[0], [100]]);
        const areas = {results: {size: 3}};
        const [info] = runProblems(
          tf.backend() as WebGPU,
          REDUCTIONS,
          {batch: 2, width: 1, inputs: {a}, areas},
          [{area: 'results', shape: [2, 3]}],
        );
        const result = tf.engine().makeTensorFromTensorInfo(info);
        const values = await valuesOf(result);
        tf.dispose([a, result]);
        [0, 100].forEach((given, i) => {
          const [high, low, most] = values.slice(3 * i, 3 * i + 3);
          const sum = (lanes * (lanes + 1)) / 2 + lanes * given;
          assert.closeTo(high + low, sum * (1 + 5.9604645e-8), 1e-9 * sum);
          assert.equal(most, lanes + given);
        });
      });
    }
  }

  it('solves linear systems alike in every memory, by any number of threads', async () => {
    const next = seededRandom(4);
    const values = (count: number) => Array.from({length: count}, () => Math.fround(2 * next() - 1));
    const [batch, n, m, k] = [3, 18, 25, 2];
    const L = tf.tensor3d(values(batch * n * n), [batch, n, n]);
    const inputs = {
      Q: tf.matMul(L, L, false, true),
      G: tf.tensor3d(values(m * n), [1, m, n]),
      A: tf.tensor3d(values(batch * k * n), [batch, k, n]),
      weight: tf.tensor2d(
        values(batch * m).map((value) => Number(value > 0.4)),
        [batch, m],
      ),
      status: tf.tensor1d([0, 0, 4], 'int32'),
      right: tf.tensor2d(values(batch * (n + m + k)), [batch, n + m + k]),
    };
    const solve = async (lanes: number, bytes: number, subgroups: boolean) => {
      tf.env().set('IMPLICIT_WEBGPU_LANES', lanes);
      tf.env().set('IMPLICIT_WEBGPU_FAST_BYTES', bytes);
      tf.env().set('IMPLICIT_WEBGPU_SUBGROUPS', subgroups);
      const found = tf.engine().runKernel('ImplicitKKT', inputs, {transpose: true}) as unknown as tf.Tensor[];
      const [u, residual] = await Promise.all(found.map(valuesOf));
      tf.dispose(found);
      assert.isBelow(Math.max(...residual), 1e-10);
      return u;
    };
    const expected = await solve(1, 0, false);
    assert.deepEqual(new Set(expected.slice(2 * (n + m + k))), new Set([0]));
    for (const [lanes, bytes, subgroups] of [
      [32, 0, false],
      [32, 16384, true],
      [64, 32768, true],
    ] as const) {
      assertClose(await solve(lanes, bytes, subgroups), expected, 1e-6, `${lanes} threads, ${bytes} bytes`);
    }
    tf.dispose([L, ...Object.values(inputs)]);
  });

  const quadratic = async () => {
    const next = seededRandom(2);
    const values = (count: number) => Array.from({length: count}, () => Math.fround(2 * next() - 1));
    const p = tf.tensor2d(values(7 * 4), [7, 4]);
    const G = tf.tensor2d(values(5 * 4), [5, 4]);
    const solve = (p: tf.Tensor) =>
      solveQP({Q: tf.eye(4), p, G, h: tf.fill([5], 0.3)}, {onFailure: 'ignore'}).x;
    return [
      ...(await valuesOf(solve(p))),
      ...(await valuesOf(tf.grad((p: tf.Tensor) => tf.sum(tf.square(solve(p))))(p))),
    ];
  };
  const others = async () => {
    const next = seededRandom(3);
    const values = (count: number) => Array.from({length: count}, () => Math.fround(2 * next() - 1));
    const a = tf.add(tf.tensor3d(values(3 * 36), [3, 6, 6]), tf.mul(3, tf.eye(6)));
    const b = tf.tensor3d(values(18), [3, 6, 1]);
    const x = tf.tensor2d(values(30), [3, 10]);
    return [
      ...(await valuesOf(linalg.solve(a, b))),
      ...(await valuesOf(linalg.cholesky(tf.matMul(a, a, false, true)))),
      ...(await valuesOf(projections.simplex(x))),
    ];
  };

  for (const [name, work] of Object.entries({'a quadratic program': quadratic, 'linear algebra': others})) {
    it(`finds the same for ${name} by threads, by workgroups, and in parts`, async () => {
      tf.env().set('IMPLICIT_WEBGPU_LANES', 1);
      const byThreads = await work();
      tf.env().set('IMPLICIT_WEBGPU_WORDS', 1);
      assert.deepEqual(await work(), byThreads);
      tf.env().set('IMPLICIT_WEBGPU_LANES', 32);
      assertClose(await work(), byThreads, 1e-6, 'by workgroups');
    });
  }
});
