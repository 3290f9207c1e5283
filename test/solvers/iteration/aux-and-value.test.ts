/** @file What `run` returns besides x: the value of the objective, the last step size, and the aux of an objective. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, objectives, projections, prox, solvers} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {LONG} from '../../helpers/effort.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {withPrograms} from '../../helpers/programs.js';
import {ITERATIVE_SOLVERS, smoothProblems} from '../../zoo/iterative-solvers.js';

const {c, fun, residual} = smoothProblems;
/** Doubles x, so that its gradient is visible in x and in the parameter. */
const auxOf = (x: tf.Tensor, at: tf.Tensor) => ({twice: tf.mul(2, x), list: [tf.mul(x, at)]});
const withAux = (x: tf.Tensor, at: tf.Tensor) => ({value: fun(x, at), aux: auxOf(x, at)});
type Run = (
  x: tf.Tensor,
  ...params: unknown[]
) => solvers.Progress & {
  state: solvers.IterationState;
  aux?: {twice: tf.Tensor; list: tf.Tensor[]};
};
const problem = (f: unknown) => ({fun: f}) as never;

/** Solvers whose objective returns {value, aux}, their start and what comes before the parameter. */
const WITH_AUX: Record<string, {solver: unknown; first?: unknown[]; value?: typeof fun}> = {
  GradientDescent: {solver: new solvers.GradientDescent(problem(withAux))},
  'GradientDescent, fixed step': {solver: new solvers.GradientDescent(problem(withAux), {stepSize: 0.2})},
  LBFGS: {solver: new solvers.LBFGS(problem(withAux))},
  BFGS: {solver: new solvers.BFGS(problem(withAux))},
  Newton: {solver: new solvers.Newton(problem(withAux))},
  NonlinearCG: {solver: new solvers.NonlinearCG(problem(withAux))},
  LBFGSB: {solver: new solvers.LBFGSB(problem(withAux)), first: [{lower: -1, upper: 1}]},
  ProximalGradient: {
    solver: new solvers.ProximalGradient({fun: withAux, prox: prox.lasso} as never),
    first: [0.1],
  },
  ProjectedGradient: {
    solver: new solvers.ProjectedGradient({fun: withAux, projection: projections.box} as never),
    first: [{lower: -1, upper: 1}],
  },
  MirrorDescent: {
    solver: new solvers.MirrorDescent({fun: withAux, geometry: conditions.entropy} as never, {stepSize: 0.2}),
    first: [null],
  },
  GaussNewton: {
    solver: new solvers.GaussNewton(
      problem((x: tf.Tensor, at: tf.Tensor) => ({value: residual(x, at), aux: auxOf(x, at)})),
    ),
    value: (x, at) => tf.mul(0.5, tf.sum(tf.square(residual(x, at)), 1)),
  },
  LevenbergMarquardt: {
    solver: new solvers.LevenbergMarquardt(
      problem((x: tf.Tensor, at: tf.Tensor) => ({value: residual(x, at), aux: auxOf(x, at)})),
    ),
    value: (x, at) => tf.mul(0.5, tf.sum(tf.square(residual(x, at)), 1)),
  },
};

const FEW = ['GradientDescent, fixed step', 'Newton', 'ProximalGradient', 'MirrorDescent', 'GaussNewton'];

describeAnyBackend('the results of run', () => {
  for (const programs of ['on', 'off'] as const) {
    for (const [name, {solver, first = [], value = fun}] of Object.entries(WITH_AUX)) {
      // Operation by operation, a solve takes seconds: one of each kind stands for the others.
      if (programs === 'off' && !LONG && !FEW.includes(name)) continue;
      it(`${name}: aux and value belong to the solution, programs ${programs}`, () =>
        expectNoLeak(() =>
          tf.tidy(() =>
            withPrograms(programs, () => {
              const run: Run = (x, ...params) => (solver as {run: Run}).run(x, ...params);
              const at = tf.abs(c());
              const {x, state, aux} = run(tf.fill([2, 2], 0.5), ...first, at);
              const point = x as tf.Tensor;
              assert.deepEqual([...state.status.dataSync()], [0, 0]);
              expectClose(state.value!, [...value(point, at).dataSync()], 1e-6, 1e-7);
              expectClose(aux!.twice, [...tf.mul(2, point).dataSync()]);
              expectClose(aux!.list[0], [...tf.mul(point, at).dataSync()]);
              const ofX = (p: tf.Tensor) => tf.sum(run(tf.fill([2, 2], 0.5), ...first, p).x as tf.Tensor);
              const ofAux = (p: tf.Tensor) => tf.sum(run(tf.fill([2, 2], 0.5), ...first, p).aux!.twice);
              expectClose(tf.grad(ofAux)(at), [...tf.mul(2, tf.grad(ofX)(at)).dataSync()], 1e-5, 1e-6);
            }),
          ),
        ));
    }

    it(`the last step size of every solver that has one, programs ${programs}`, () =>
      tf.tidy(() =>
        withPrograms(programs, () => {
          const HAVE_NONE = /^(fromStep|Block|Bisection|Gauss|Leven|FixedPoint|Anderson)/;
          for (const [name, {make, init, params, batch}] of Object.entries(ITERATIVE_SOLVERS)) {
            const seen: (tf.Tensor | undefined)[] = [];
            const onIteration = ({stepSize}: solvers.IterationReport) =>
              void seen.push(stepSize && tf.keep(tf.clone(stepSize)));
            const solver = make({onIteration, maxIterations: 3, tolerance: 0}) as {
              run: (x: unknown, ...params: unknown[]) => {state: solvers.IterationState};
            };
            const {state} = solver.run(init(), ...params());
            if (HAVE_NONE.test(name)) assert.isUndefined(state.stepSize, name);
            else {
              assert.deepEqual(state.stepSize!.shape, [batch], name);
              const last = seen.at(-1)!;
              const expected = tf.broadcastTo(tf.reshape(last, [-1]), [batch]);
              expectClose(state.stepSize!, [...expected.dataSync()], 1e-5);
            }
            tf.dispose(seen.filter((tensor) => tensor !== undefined));
          }
        }),
      ));
  }

  it('a sum over samples, or a gradient alone, has no value; aux works for it', () =>
    tf.tidy(() => {
      const sum = (x: tf.Tensor, at: tf.Tensor) => ({value: tf.sum(fun(x, at)), aux: tf.neg(x)});
      const {x, state, aux} = new solvers.GradientDescent({fun: sum}).run(tf.zeros([2, 2]), c());
      assert.isUndefined(state.value);
      expectClose(aux as tf.Tensor, [...tf.neg(x).dataSync()]);
      const alone = new solvers.GradientDescent({gradient: (z: tf.Tensor, at: tf.Tensor) => tf.sub(z, at)});
      const found = alone.run(tf.zeros([2, 2]), c());
      assert.isUndefined(found.state.value);
      assert.isFalse('aux' in found);
    }));

  it('a single problem has one value, and a stochastic solver too', () =>
    tf.tidy(() => {
      const data = {X: tf.tensor2d([[1], [2]]), y: tf.tensor1d([1, 2.5])};
      const single = new solvers.LBFGS({fun: objectives.leastSquares}, {batched: false});
      expectClose(single.run(tf.zeros([1]), data).state.value!, [0.0125], 1e-4);
      const loss = (x: tf.Tensor, at: typeof data) => ({
        value: objectives.leastSquares(x, at),
        aux: tf.exp(x),
      });
      const found = new solvers.ArmijoSGD({fun: loss}).run(tf.zeros([1]), data);
      expectClose(found.state.value!, [0.0125], 1e-4);
      expectClose(found.aux as tf.Tensor, [Math.exp(1.2)], 1e-4);
    }));

  it('a sample without a solution has the value 0', () =>
    tf.tidy(() => {
      const falling = (x: tf.Tensor, at: tf.Tensor) => tf.sum(tf.mul(x, at), 1);
      const {state} = new solvers.LBFGS({fun: falling}).run(tf.zeros([1, 2]), tf.ones([1, 2]));
      assert.deepEqual([...state.status.dataSync()], [2]);
      assert.deepEqual([...state.value!.dataSync()], [0]);
    }));
});
