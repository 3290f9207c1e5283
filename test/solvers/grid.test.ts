/** @file Any solver with any condition and any linear solver: the gradient of the solution is that of its definition in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {
  conditions,
  enableHigherOrderGradients,
  linsolve,
  projections,
  prox,
  solvers,
  type Condition,
} from '../../src/index.js';
import {doublesOf, type Parameter} from '../../src/autodiff/index.js';
import {packingOf} from '../../src/implicit/index.js';
import type {LinearSolver} from '../../src/linsolve/public.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {LONG} from '../helpers/effort.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {once} from '../helpers/once.js';
import {vjpInF64} from '../zoo/maps.js';
import {
  IN_BOX,
  ON_SIMPLEX,
  ridge,
  ridgeGradient,
  SPARSE,
  UNCONSTRAINED,
  type Minimization,
} from '../zoo/minimizations.js';

type Data = [A: tf.Tensor, b: tf.Tensor, theta: tf.Tensor];
type AnyCondition = Condition<never, never>;
type Run = (linear: LinearSolver, condition: AnyCondition, further?: object) => (...data: Data) => tf.Tensor;

interface Grid {
  problem: Minimization;
  solvers: Record<string, Run>;
  conditions: Record<string, AnyCondition>;
  linsolves: Record<string, LinearSolver>;
}

const LINSOLVES = {
  auto: linsolve.auto(),
  lu: linsolve.lu(),
  qr: linsolve.qr(),
  gmres: linsolve.gmres(),
  bicgstab: linsolve.bicgstab(),
  normalCg: linsolve.normalCg({tolerance: 1e-7}),
  refined: linsolve.iterativeRefinement(linsolve.gmres({tolerance: 1e-3})),
};

const start = () => tf.fill([2, 3], 1 / 3);
const values = (x: tf.Tensor, ...data: Data) => ridge(x, ...data);
const blocks = (x: tf.Tensor[], ...data: Data) => ridge(tf.concat(x, 1), ...data);
const joined = (condition: Condition<tf.Tensor[], [Parameter, ...Data]>): AnyCondition =>
  ((x: tf.Tensor, ...params: [Parameter, ...Data]) =>
    tf.concat(condition(tf.split(x, [1, 2], 1), ...params), 1)) as never;
const split = (condition: AnyCondition): AnyCondition =>
  ((x: tf.Tensor[], ...params: [Parameter, ...Data]) =>
    tf.split(
      (condition as unknown as Condition<tf.Tensor, [Parameter, ...Data]>)(tf.concat(x, 1), ...params),
      [1, 2],
      1,
    )) as never;

/** A solver of (init, ...data). */
const plain =
  (make: (options: object) => {run: (init: tf.Tensor, ...data: Data) => {x: tf.Tensor}}): Run =>
  (linear, condition, further) =>
  (...data) =>
    make({linsolve: linear, condition, maxIterations: 2000, ...further}).run(start(), ...data).x;
/** One of (init, parameter, ...data). */
const with1 =
  (
    make: (options: object) => {run: (init: tf.Tensor, own: never, ...data: Data) => {x: tf.Tensor}},
    own: () => unknown,
  ): Run =>
  (linear, condition, further) =>
  (...data) =>
    make({linsolve: linear, condition, maxIterations: 4000, ...further}).run(start(), own() as never, ...data)
      .x;
const blockwise =
  (own: () => unknown, blockProx: solvers.BlockProblem<tf.Tensor[], Data>['prox']): Run =>
  (linear, condition, further) =>
  (...data) => {
    const solver = new solvers.BlockCoordinateDescent<tf.Tensor[], Data>(
      {fun: blocks, prox: blockProx},
      {linsolve: linear, condition: split(condition) as never, maxIterations: 2000, ...further},
    );
    const {x} = solver.run(tf.split(start(), [1, 2], 1), own() as never, ...data);
    // Joins what is known of the blocks beyond float32, too.
    return packingOf(x, true).pack(x);
  };

const smooth = {fun: values};
const none = (condition: AnyCondition): AnyCondition =>
  ((x: tf.Tensor, ...data: Data) =>
    (condition as unknown as Condition<tf.Tensor, [null, ...Data]>)(x, null, ...data)) as never;
const stationary = conditions.stationary<tf.Tensor, Data>({gradient: ridgeGradient});

const GRIDS: Grid[] = [
  {
    problem: UNCONSTRAINED,
    solvers: {
      GradientDescent: plain((options) => new solvers.GradientDescent<tf.Tensor, Data>(smooth, options)),
      'GradientDescent, fixed step': plain(
        (options) => new solvers.GradientDescent<tf.Tensor, Data>(smooth, {...options, stepSize: 0.1}),
      ),
      BFGS: plain((options) => new solvers.BFGS<tf.Tensor, Data>(smooth, options)),
      LBFGS: plain((options) => new solvers.LBFGS<tf.Tensor, Data>(smooth, options)),
      ...Object.fromEntries(
        (['polakRibiere', 'fletcherReeves', 'hestenesStiefel'] as const).map((method) => [
          `NonlinearCG, ${method}`,
          plain((options) => new solvers.NonlinearCG<tf.Tensor, Data>(smooth, {...options, method})),
        ]),
      ),
      fromStep: plain((options) =>
        solvers.fromStep<tf.Tensor, Data, {velocity: tf.Tensor}>(
          {
            start: (x) => ({velocity: tf.zerosLike(x)}),
            step(x, {velocity}, ...data) {
              const g = ridgeGradient(x, ...data);
              const next = tf.sub(tf.mul(0.5, velocity), tf.mul(0.1, g));
              return {x: tf.add(x, next), memory: {velocity: next}, residual: tf.max(tf.abs(g), 1)};
            },
            condition: stationary,
          },
          options,
        ),
      ),
      Newton: plain((options) => new solvers.Newton<tf.Tensor, Data>(smooth, options)),
      NewtonRoot: plain((options) => new solvers.NewtonRoot<tf.Tensor, Data>({fun: ridgeGradient}, options)),
      Broyden: plain((options) => new solvers.Broyden<tf.Tensor, Data>({fun: ridgeGradient}, options)),
      ...Object.fromEntries(
        ([solvers.GaussNewton, solvers.LevenbergMarquardt] as const).map((Class) => [
          Class.name,
          plain(
            (options) =>
              new Class<tf.Tensor, Data>(
                {
                  fun: (x, A, b, theta) =>
                    tf.concat(
                      [
                        tf.sub(tf.squeeze(tf.matMul(A, tf.expandDims(x, 2)), [2]), b),
                        tf.mul(tf.sqrt(theta), x),
                      ],
                      1,
                    ),
                },
                options,
              ),
          ),
        ]),
      ),
      AndersonWrapper: plain(
        (options) =>
          new solvers.AndersonWrapper<tf.Tensor, Data>(
            new solvers.GradientDescent<tf.Tensor, Data>(smooth, {...options, stepSize: 0.15}),
          ),
      ),
      ...Object.fromEntries(
        (['backtracking', 'zoom', 'hagerZhang'] as const).map((name) => [
          `LBFGS, ${name}`,
          plain(
            (options) =>
              new solvers.LBFGS<tf.Tensor, Data>(smooth, {
                ...options,
                lineSearch: solvers.lineSearches[name](),
              }),
          ),
        ]),
      ),
    },
    conditions: {
      stationary: stationary as never,
      newton: conditions.newton(stationary) as never,
      proximalGradient: none(
        conditions.proximalGradient<tf.Tensor, null, Data>(values, (y) => y, {stepSize: 0.2}) as never,
      ),
    },
    linsolves: {...LINSOLVES, cg: linsolve.cg(), cholesky: linsolve.cholesky()},
  },
  {
    problem: ON_SIMPLEX,
    solvers: {
      ProjectedGradient: with1(
        (options) =>
          new solvers.ProjectedGradient<tf.Tensor, null, Data>(
            {fun: values, projection: (y) => projections.simplex(y)},
            options,
          ),
        () => null,
      ),
      MirrorDescent: with1(
        (options) =>
          new solvers.MirrorDescent<tf.Tensor, null, Data>(
            {fun: values, geometry: conditions.entropy as never},
            {...options, stepSize: 1},
          ),
        () => null,
      ),
    },
    conditions: {
      projectedGradient: conditions.projectedGradient<tf.Tensor, null, Data>(
        values,
        (y) => projections.simplex(y),
        {
          stepSize: 0.5,
        },
      ) as never,
      mirrorDescent: conditions.mirrorDescent<tf.Tensor, null, Data>(
        values,
        conditions.entropy as never,
      ) as never,
    },
    linsolves: LINSOLVES,
  },
  {
    problem: IN_BOX,
    solvers: {
      LBFGSB: with1(
        (options) => new solvers.LBFGSB<Data>({fun: values}, options),
        () => ({lower: -0.2, upper: 0.3}),
      ),
      ProjectedGradient: with1(
        (options) =>
          new solvers.ProjectedGradient<tf.Tensor, projections.BoxParams, Data>(
            {fun: values, projection: projections.box},
            options,
          ),
        () => ({lower: -0.2, upper: 0.3}),
      ),
      BlockCoordinateDescent: blockwise(
        () => ({lower: -0.2, upper: 0.3}),
        prox.fromProjection(projections.box as never),
      ),
    },
    conditions: {
      projectedGradient: conditions.projectedGradient<tf.Tensor, projections.BoxParams, Data>(
        values,
        projections.box,
        {
          stepSize: 0.2,
        },
      ) as never,
      blockProximalGradient: joined(
        conditions.blockProximalGradient<tf.Tensor[], Data>(
          blocks,
          prox.fromProjection(projections.box as never),
          {
            stepSize: [0.1, 0.3],
          },
        ),
      ),
    },
    linsolves: LINSOLVES,
  },
  {
    problem: SPARSE,
    solvers: {
      ProximalGradient: with1(
        (options) =>
          new solvers.ProximalGradient<tf.Tensor, number, Data>({fun: values, prox: prox.lasso}, options),
        () => 0.2,
      ),
      'ProximalGradient, plain': with1(
        (options) =>
          new solvers.ProximalGradient<tf.Tensor, number, Data>(
            {fun: values, prox: prox.lasso},
            {...options, acceleration: false},
          ),
        () => 0.2,
      ),
      BlockCoordinateDescent: blockwise(() => 0.2, prox.lasso as never),
    },
    conditions: {
      proximalGradient: conditions.proximalGradient<tf.Tensor, number, Data>(values, prox.lasso, {
        stepSize: 0.2,
      }) as never,
      blockProximalGradient: joined(
        conditions.blockProximalGradient<tf.Tensor[], Data>(blocks, prox.lasso as never, {
          stepSize: [0.1, 0.3],
        }),
      ),
    },
    linsolves: LINSOLVES,
  },
];

/** f32 problems of condition number 10, solved to 1e-6. */
const CLOSE = 1e-5;

/** As programs, solved further, before they are rounded to float32. */
const EXACT = 1e-9;
const FURTHER = {tolerance: 1e-12, maxIterations: 10000};

const numbersOf = (tensor: tf.Tensor): ArrayLike<number> => tensor.dataSync();

/** The solutions, and the gradients of ⟨cotangents, x⟩ in the inputs, of each sample in f64. */
const expectationOf = once(({samples, reference}: Minimization) => {
  const cotangents = samples.map((_, i) => [0.7, -0.4 + i, 0.9].map(Math.fround));
  const lists = samples.map((inputs) => inputs.map(({values}) => values));
  return {
    cotangents,
    solutions: lists.map((inputs) => reference(...(inputs as [number[], number[], number[]]))),
    slopes: lists.map((inputs, i) => vjpInF64(reference as never, inputs, cotangents[i])),
  };
});

describeAnyBackend('any solver with any condition', (backend) => {
  before(() => enableHigherOrderGradients());
  for (const {problem, solvers: runs, conditions: choices, linsolves} of GRIDS) {
    const {samples} = problem;
    const data = () =>
      samples[0].map(({shape}, k) =>
        tf.tensor(
          samples.flatMap((inputs) => inputs[k].values),
          [2, ...shape],
        ),
      ) as Data;
    const check = (run: (...data: Data) => tf.Tensor, read = numbersOf, close = CLOSE) =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {cotangents, solutions, slopes} = expectationOf(problem);
          const at = data();
          const d = tf.tensor2d(cotangents);
          let x: tf.Tensor | null = null;
          const gradients = tf.grads((...given: tf.Tensor[]) => {
            x = tf.keep(run(...(given as Data)));
            return tf.sum(tf.mul(d, x));
          })(at);
          expectClose(read(x!), solutions.flat(), close, close);
          (x as unknown as tf.Tensor).dispose();
          gradients.forEach((gradient, k) =>
            expectClose(
              read(gradient),
              slopes.flatMap((lists) => lists[k]),
              close,
              close,
            ),
          );
        }),
      );

    for (const [name, run] of Object.entries(runs)) {
      for (const [k, [condition, F]] of Object.entries(choices).entries()) {
        // Which condition goes with a solver is no matter of the backend.
        if (backend !== 'cpu' && k > 0) continue;
        it(`${problem.name}: ${name} with ${condition}`, () => check(run(linsolve.auto(), F)));
        it(`${problem.name}: ${name} with ${condition}, before rounding`, () =>
          check(run(linsolve.auto(), F, FURTHER), doublesOf, EXACT));
      }
    }
    const [first] = Object.values(runs);
    // Nor is which linear solver goes with a condition: its kernels have suites of their own.
    for (const [condition, F] of backend === 'cpu' || LONG ? Object.entries(choices) : []) {
      for (const [name, linear] of Object.entries(linsolves)) {
        // A Jacobian of T − x is not definite, and only that of a Hessian is symmetric.
        if ((name === 'cg' || name === 'cholesky') && condition !== 'stationary') continue;
        it(`${problem.name}: ${condition} with linsolve.${name}`, () => check(first(linear, F)));
      }
    }
  }
});
