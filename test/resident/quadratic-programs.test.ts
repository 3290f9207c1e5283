/** @file Quadratic programs on the backend 'tensorflow': solved, proven and differentiated there, and what comes out is what the host gets. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {certify, linsolve, QPLayer, solveQP, type SolveQPOptions} from '../../src/index.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {namesOf, tensorsOf, type QPData, type QPName} from '../helpers/qp-tensors.js';
import {boundedTensors, BOUNDED_NAMES} from '../helpers/qp-bounds.js';
import {judgeSolved, solveBatch} from '../helpers/qp-verdicts.js';
import {HOCK_SCHITTKOWSKI} from '../zoo/qp/hock-schittkowski.js';
import {metamorphicBatch} from '../zoo/qp/metamorphic.js';
import {planted, plantedInfeasible, plantedUnbounded} from '../zoo/qp/planted.js';
import {BOUNDED_ZOO, knownQP, QP_ZOO} from '../zoo/quadratic-programs.js';
import {computingOn, describeResident, numbers, rawTensors, withoutReads} from './resident.js';

const QUIET = {onFailure: 'ignore'} as const;

/** Several problems of one shape as a batch. */
function batchOf(problems: QPData[]): Record<QPName, tf.Tensor> {
  return Object.fromEntries(
    namesOf(problems[0]).map((name) => [
      name,
      tf.stack(problems.map((problem) => tensorsOf(problem)[name]!)),
    ]),
  ) as Record<QPName, tf.Tensor>;
}

type Given = Record<string, tf.Tensor>;

/** [x, ineqDual, eqDual, slack, and the gradient of a loss in each tensor of the problem]. */
function solutionAndGradients(problem: Given, options: SolveQPOptions = QUIET): tf.Tensor[] {
  const names = BOUNDED_NAMES.filter((name) => name in problem);
  const solve = (tensors: tf.Tensor[]) => {
    const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    const {x, ineqDual, eqDual, slack} = solveQP(given as never, options);
    return [x, ineqDual, eqDual, slack];
  };
  const tensors = names.map((name) => problem[name]);
  const loss = (...given: tf.Tensor[]) => {
    const [x, ineqDual, eqDual] = solve(given);
    const parts = [x, ineqDual, eqDual].filter(({size}) => size > 0);
    return tf.addN(parts.map((part, i) => tf.sum(tf.mul(part, numbers(part.shape, i)))));
  };
  return [...solve(tensors), ...tf.grads(loss)(tensors)];
}

function expectSameAsHost(problem: Given, options?: SolveQPOptions): void {
  const found = withoutReads(() => solutionAndGradients(problem, options));
  const expected = computingOn('host', () => solutionAndGradients(problem, options));
  found.forEach((tensor, i) => {
    assert.deepEqual(tensor.shape, expected[i].shape);
    if (tensor.size > 0) expectClose(tensor, expected[i], i < 4 ? 1e-6 : 1e-5, 1e-7);
  });
}

const inTidy = (check: () => void) => () => expectNoLeak(() => tf.tidy(check));

describeResident('quadratic programs', () => {
  for (const qp of QP_ZOO) {
    it(
      `${qp.name}: solution and gradients are those of the host`,
      inTidy(() => expectSameAsHost(tensorsOf(qp))),
    );
  }

  for (const qp of BOUNDED_ZOO) {
    it(
      `with bounds, ${qp.name}: solution and gradients are those of the host`,
      inTidy(() => expectSameAsHost(boundedTensors(qp))),
    );
  }

  for (const recipe of [
    {n: 6, m: 12, k: 1, active: 5},
    {n: 20, m: 30, k: 5, active: 9},
    {n: 5, m: 60, active: 3},
  ]) {
    it(
      `a batch of n=${recipe.n} m=${recipe.m}, and with all that can be shared`,
      inTidy(() => {
        const problems = ['1', '2', '3'].map((seed) => knownQP({...recipe, seed}));
        const batch = batchOf(problems);
        expectSameAsHost(batch);
        const [one] = problems;
        const {p, ...rest} = tensorsOf(one);
        const shared = {...rest, p: tf.add(p, tf.mul(0.01, numbers([3, one.n], 3)))};
        expectSameAsHost(shared as Given);
      }),
    );
  }

  it(
    'weakly active rows, dependent rows, singular gradients',
    inTidy(() => {
      for (const recipe of [
        {n: 6, m: 8, active: 4, weak: 4},
        {n: 2, m: 6, active: 5},
        {n: 5, m: 12, active: 10, rank: 0},
      ]) {
        const tensors = tensorsOf(planted(recipe)) as Given;
        const [x] = withoutReads(() => solutionAndGradients(tensors));
        const [expected] = computingOn('host', () => solutionAndGradients(tensors));
        expectClose(x, expected, 1e-6, 1e-6);
      }
      for (const degenerate of ['leastNorm', 'oneSided', 'smooth'] as const) {
        expectSameAsHost(tensorsOf(planted({n: 6, m: 8, active: 4, weak: 2})) as Given, {
          ...QUIET,
          degenerate,
        });
      }
    }),
  );

  it(
    'problems of the literature',
    inTidy(() => {
      for (const problem of HOCK_SCHITTKOWSKI) {
        const tensors = tensorsOf(problem) as Given;
        const {x, status} = withoutReads(() => solveQP(tensors as never, QUIET));
        const expected = computingOn('host', () => solveQP(tensors as never, QUIET));
        assert.equal(status.dataSync()[0], expected.status.dataSync()[0], problem.name);
        expectClose(x, expected.x, 1e-6, 1e-6);
      }
    }),
  );

  it(
    'statuses and proofs, without harm to the samples beside them',
    inTidy(() => {
      const recipe = {n: 10, m: 15, k: 3, rank: 4, active: 7};
      const problems = [
        planted(recipe),
        plantedInfeasible({...recipe, margin: 1}),
        plantedUnbounded(recipe),
        planted({...recipe, seed: '2'}),
      ];
      const tensors = batchOf(problems);
      const result = withoutReads(() => solveQP(tensors as never, QUIET));
      assert.deepEqual(Array.from(result.status.dataSync()), [0, 1, 2, 0]);
      const {Q, p, G, h, A, b} = tensors;
      const {ineqDual, eqDual, x: ray} = result.certificate;
      const times = (M: tf.Tensor, v: tf.Tensor, transpose = false) =>
        tf.squeeze(tf.matMul(M, tf.expandDims(v, 2), transpose), [2]);
      const sample = (v: tf.Tensor, i: number) => tf.slice(v, [i, 0], [1, -1]);
      const zero = tf.add(times(G, ineqDual, true), times(A, eqDual, true));
      expectClose(sample(zero, 1), Array<number>(10).fill(0), 0, 1e-5);
      const value = tf.add(tf.sum(tf.mul(h, ineqDual), 1), tf.sum(tf.mul(b, eqDual), 1));
      expectClose([value.dataSync()[1]], [-1], 1e-5);
      assert.isAtLeast(tf.min(ineqDual).dataSync()[0], 0);
      const size = tf.max(tf.abs(sample(ray, 2))).dataSync()[0];
      expectClose(sample(times(Q, ray), 2), Array<number>(10).fill(0), 0, 1e-5 * size);
      expectClose(sample(times(A, ray), 2), [0, 0, 0], 0, 1e-5 * size);
      assert.isAtMost(tf.max(sample(times(G, ray), 2)).dataSync()[0], 1e-5 * size);
      expectClose([tf.sum(tf.mul(p, ray), 1).dataSync()[2]], [-1], 1e-5);
      for (const i of [1, 2]) assert.equal(tf.max(tf.abs(sample(result.x, i))).dataSync()[0], 0);
      const alone = solveQP(tensorsOf(problems[3]) as never, QUIET);
      expectClose(sample(result.x, 3), alone.x, 1e-6, 1e-6);
    }),
  );

  it(
    'a sample that makes no sense, rows without a bound, rows of zeros',
    inTidy(() => {
      const problem = {
        Q: tf.tensor3d([
          [
            [2, 0],
            [0, 2],
          ],
          [
            [2, 0],
            [0, NaN],
          ],
          [
            [2, 0],
            [0, -2],
          ],
          [
            [2, 0],
            [0, 2],
          ],
          [
            [2, 0],
            [0, 2],
          ],
        ]),
        p: tf.tensor2d([
          [-2, -6],
          [1, 1],
          [1, 1],
          [1, 1],
          [-2, -6],
        ]),
        G: tf.tensor3d(Array.from({length: 5}, (_, i) => [[1, 1], i === 3 || i === 4 ? [0, 0] : [0, 1]])),
        h: tf.tensor2d([
          [2, 1e30],
          [2, 1],
          [2, 1],
          [2, -1],
          [2, 1],
        ]),
      };
      const result = withoutReads(() => solveQP(problem as never, QUIET));
      assert.deepEqual(Array.from(result.status.dataSync()), [0, 5, 5, 1, 0]);
      const host = computingOn('host', () => solveQP(problem as never, QUIET));
      for (const name of ['x', 'ineqDual', 'slack'] as const)
        expectClose(result[name], host[name], 1e-6, 1e-6);
      expectClose(result.certificate.ineqDual, host.certificate.ineqDual, 1e-6);
    }),
  );

  it(
    'a warm start with the right active set needs no iteration',
    inTidy(() => {
      const tensors = tensorsOf(QP_ZOO[9]) as Given;
      const first = solveQP(tensors as never, QUIET);
      const again = withoutReads(() => solveQP(tensors as never, {...QUIET, initial: first}));
      assert.equal(again.iterations.dataSync()[0], 0);
      assert.isAbove(first.iterations.dataSync()[0], 0);
      expectClose(again.x, first.x, 1e-6);
    }),
  );

  it(
    'the certificate is that of the host',
    inTidy(() => {
      const tensors = batchOf(['1', '2'].map((seed) => knownQP({n: 6, m: 12, k: 1, active: 5, seed})));
      const {x, ineqDual, eqDual} = solveQP(tensors as never, QUIET);
      const off = {x: tf.add(x, 1e-2), ineqDual, eqDual};
      const run = () => {
        const {residual, rows, columns} = certify(tensors as never, off);
        return [residual, rows, columns];
      };
      const found = withoutReads(run);
      computingOn('host', run).forEach((expected, i) => expectClose(found[i], expected, 1e-5));
    }),
  );

  it('a layer trains, and its states can be read afterwards', async () => {
    const layer = new QPLayer({inequalities: 4, equalities: 1});
    const input = numbers([3, 5], 1);
    layer.apply(tfl.input({shape: [5]}));
    const gradients = withoutReads(
      () => tf.variableGrads(() => tf.sum(tf.square(layer.apply(input) as tf.Tensor)) as tf.Scalar).grads,
    );
    for (const gradient of Object.values(gradients))
      assert.isTrue(tf.all(tf.isFinite(gradient)).dataSync()[0] !== 0);
    const report = await layer.diagnostics();
    assert.deepEqual(Array.from(report!.status), [0, 0, 0]);
    tf.dispose(gradients);
    layer.dispose();
  });

  it(
    'another linear solver gives the gradient of shared data, too',
    inTidy(() => {
      const {p, ...rest} = tensorsOf(knownQP({n: 4, m: 6, k: 1, active: 2})) as Given;
      const problem = {...rest, p: tf.add(p, tf.mul(0.01, numbers([3, 4], 3)))};
      const expected = computingOn('host', () => solutionAndGradients(problem));
      const found = solutionAndGradients(problem, {...QUIET, linsolve: linsolve.gmres()});
      found.forEach((tensor, i) => expectClose(tensor, expected[i], 1e-4, 1e-5));
    }),
  );

  it(`"throw" reads the status and throws`, () =>
    tf.tidy(() => {
      const none = {Q: tf.eye(1), p: tf.tensor1d([1]), G: tf.tensor2d([[1], [-1]]), h: tf.tensor1d([0, -1])};
      assert.throws(() => solveQP(none as never, {onFailure: 'throw'}), /infeasible/);
    }));

  it('frees what it made', () =>
    tf.tidy(() => {
      const tensors = tensorsOf(QP_ZOO[6]) as Given;
      const run = () =>
        tf.tidy(() => solutionAndGradients(tensors).forEach((tensor) => void tensor.dataSync()));
      run();
      const before = rawTensors();
      run();
      assert.equal(rawTensors(), before);
    }));

  it('at any scale, in any company, only right answers; almost all of them without the host', () => {
    let kept = 0;
    let total = 0;
    for (let i = 0; i < 12; i++) {
      const {name, samples} = metamorphicBatch(`resident ${i}`, 3);
      solveBatch(samples).forEach((outcome, j) => {
        const {verdict, why} = judgeSolved(samples[j], outcome);
        assert.include(['right', 'unknown'], verdict, `${name}: ${why}`);
      });
      total++;
      try {
        tf.tidy(() => void withoutReads(() => solveQP(batchOf(samples) as never, QUIET)));
        kept++;
      } catch (error) {
        assert.match((error as Error).message, /a tensor was read/);
      }
    }
    assert.isAtLeast(kept, total / 2);
  });

  it('what nothing on the device decides is solved on the host', () =>
    tf.tidy(() => {
      // Equalities that contradict each other.
      const twice = {
        Q: tf.eye(2),
        p: tf.tensor2d([
          [1, 1],
          [1, 1],
        ]),
        A: tf.tensor2d([
          [1, 1],
          [2, 2],
        ]),
        b: tf.tensor2d([
          [1, 2],
          [1, 3],
        ]),
      };
      const {status, x} = solveQP(twice as never, QUIET);
      assert.deepEqual(Array.from(status.dataSync()), [0, 1]);
      expectClose(tf.slice(x, [0, 0], [1, 2]), [0.5, 0.5], 1e-6);
    }));
});
