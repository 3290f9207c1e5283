/** @file The collection of quadratic programs on every device: certificates, statuses, and gradients against the f64 kernels. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linsolve, solveQP, type QPInput, type QPResult, type SolveQPOptions} from '../../src/index.js';
import {complaints, type Solved} from '../helpers/qp-certificate.js';
import {namesOf, tensorsOf, type QPData} from '../helpers/qp-tensors.js';
import {QP_COLLECTION} from '../zoo/qp-families.js';
import {toF32, type QPCase} from '../zoo/qp/case.js';
import {QP_ZOO} from '../zoo/quadratic-programs.js';
import {assertClose, describeDevices, toleranceOn, use, valuesOf} from './devices.js';

/** Rounding the solution to f32 costs about this much of the terms of objective and constraints. */
const F32 = 5e-6;

/** What a device in software does in good time. */
const SMALL = QP_COLLECTION.filter(({n, m, k}) => n <= 30 && m + k <= 60);

const quietly: SolveQPOptions = {onFailure: 'ignore'};

async function solve(problem: QPCase): Promise<Solved> {
  const result = solveQP(tensorsOf(problem), quietly);
  const [status] = await valuesOf(result.status);
  const [iterations] = await valuesOf(result.iterations);
  const source = status === 0 ? result : result.certificate;
  const solved = {
    ...{status, iterations},
    x: await valuesOf(status === 2 ? result.certificate.x : result.x),
    ineqDual: await valuesOf(source.ineqDual),
    eqDual: await valuesOf(source.eqDual),
  };
  disposeResult(result);
  return solved;
}

function disposeResult({certificate, ...rest}: QPResult): void {
  tf.dispose([Object.values(rest), Object.values(certificate)] as tf.Tensor[][]);
}

/** The gradient of Σ sin(3j + 1)·xⱼ in each parameter. */
async function gradients(problem: QPData, options: SolveQPOptions = quietly): Promise<number[][]> {
  const data = tensorsOf(problem);
  const names = namesOf(problem);
  const weights = tf.tensor1d(Array.from({length: problem.n}, (_, j) => Math.sin(3 * j + 1)));
  const loss = (...values: tf.Tensor[]) =>
    tf.sum(
      tf.mul(
        weights,
        solveQP(Object.fromEntries(values.map((v, i) => [names[i], v])) as unknown as QPInput, options).x,
      ),
    );
  const found = tf.grads(loss)(names.map((name) => data[name]!));
  const values = await Promise.all(found.map(valuesOf));
  tf.dispose([found, Object.values(data), weights]);
  return values;
}

describeDevices('quadratic programs', (device) => {
  it('proves the status of every small problem of the collection', async () => {
    const wrong: string[] = [];
    for (const problem of SMALL.map(toF32)) {
      const found = complaints(problem, await solve(problem), F32);
      if (found.length > 0) wrong.push(`${problem.name}: ${found.join('; ')}`);
    }
    assert.deepEqual(wrong, []);
  });

  for (const problem of QP_ZOO) {
    it(`has the gradient of the f64 kernels: ${problem.name}`, async () => {
      const found = await gradients(problem);
      await use('cpu');
      const expected = await gradients(problem);
      namesOf(problem).forEach((name, i) => assertClose(found[i], expected[i], 1e-5, name, 1e-6));
    });
  }

  it('solves a batch of all statuses sample by sample', async () => {
    const batch = {
      Q: tf.tensor3d([1, 1, 0, 1, -1, 1], [6, 1, 1]),
      p: tf.tensor2d([-3, 0, -1, NaN, 0, 1], [6, 1]),
      G: tf.tensor3d([1, -1], [1, 2, 1]),
      h: tf.tensor2d([1, 1, 0, -1, 1e6, 1e6, 1, 1, 1, 1, 2, 2], [6, 2]),
    };
    const unboundedBelow = {...batch, G: tf.zeros<tf.Rank.R3>([1, 2, 1])};
    const first = solveQP(batch, quietly);
    const second = solveQP(unboundedBelow, quietly);
    assert.deepEqual(await valuesOf(first.status), [0, 1, 0, 5, 5, 0]);
    assertClose(await valuesOf(first.x), [1, 0, 1e6, 0, 0, -1], 1e-6, 'x');
    assert.deepEqual(await valuesOf(second.status), [0, 1, 2, 5, 5, 0]);
    const gradient = tf.grad((p: tf.Tensor) => tf.sum(solveQP({...batch, p}, quietly).x))(batch.p);
    assertClose(await valuesOf(gradient), [0, 0, 0, 0, 0, -1], 1e-6, 'dp');
    disposeResult(first);
    disposeResult(second);
    tf.dispose([gradient, Object.values(batch), unboundedBelow.G]);
  });

  const kinked = {
    n: 2,
    m: 2,
    k: 0,
    Q: [
      [1, 0],
      [0, 1],
    ],
    p: [0, -1],
    G: [
      [-1, 0],
      [0, 1],
    ],
    h: [0, 0.25],
    A: [],
    b: [],
  };
  const policies: Record<string, SolveQPOptions> = {
    'a one-sided derivative at a kink': {degenerate: 'oneSided'},
    'a smoothed kink': {degenerate: 'smooth', smoothing: 1e-2},
    'least norm at a kink': {degenerate: 'leastNorm'},
    'another linear solver': {linsolve: linsolve.lu()},
  };
  for (const [name, options] of Object.entries(policies)) {
    it(`has the gradient of the f64 kernels with ${name}`, async () => {
      const found = await gradients(kinked, {...quietly, ...options});
      await use('cpu');
      const expected = await gradients(kinked, {...quietly, ...options});
      found.forEach((values, i) =>
        assertClose(values, expected[i], toleranceOn(device), `parameter ${i}`, 1e-6),
      );
    });
  }

  it('finds the closest point of an infeasible problem, with its gradient', async () => {
    const problem = {
      ...kinked,
      p: [1, 0],
      G: [
        [1, 0],
        [-1, 0],
      ],
      h: [-1, -1],
    };
    const options: SolveQPOptions = {onFailure: 'ignore', onInfeasible: 'closest'};
    const run = async () => {
      const result = solveQP(tensorsOf(problem), options);
      const values = [await valuesOf(result.x), await valuesOf(result.status)];
      disposeResult(result);
      return [...values, ...(await gradients(problem, options))];
    };
    const found = await run();
    await use('cpu');
    const expected = await run();
    found.forEach((values, i) => assertClose(values, expected[i], toleranceOn(device), `value ${i}`, 1e-5));
  });

  it('needs no iteration where a warm start has the active set', async () => {
    const problem = QP_ZOO.find(({m, k}) => m > 0 && k > 0)!;
    const first = solveQP(tensorsOf(problem), quietly);
    const again = solveQP(tensorsOf(problem), {...quietly, initial: first});
    assert.deepEqual(await valuesOf(again.iterations), [0]);
    assertClose(await valuesOf(again.x), await valuesOf(first.x), 1e-6, 'x');
    disposeResult(first);
    disposeResult(again);
  });

  it('differentiates twice', async () => {
    const run = async () => {
      const p = tf.tensor2d([
        [-1, 0.3],
        [0.2, -2],
      ]);
      const A = tf.tensor2d([[1, 2]]);
      const Q = tf.tensor2d([
        [2, 0.5],
        [0.5, 1],
      ]);
      const inner = (A: tf.Tensor) =>
        tf.sum(
          tf.square(tf.grad((p: tf.Tensor) => tf.sum(tf.square(solveQP({Q, p, A, b: [1]}, quietly).x)))(p)),
        );
      const values = await valuesOf(tf.grad(inner)(A));
      return values;
    };
    const found = await run();
    await use('cpu');
    assertClose(found, await run(), toleranceOn(device), 'second derivative');
  });

  it('leaves no tensor behind', async () => {
    const [problem] = QP_ZOO;
    const before = tf.memory().numTensors;
    await gradients(problem);
    assert.equal(tf.memory().numTensors, before);
  });
});
