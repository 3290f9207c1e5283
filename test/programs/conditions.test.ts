/** @file Every condition, with programs and operation by operation: the same gradients and tangents of its root. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  conditions,
  customFixedPoint,
  customRoot,
  projections,
  prox,
  rootJvp,
  rootVjp,
  solveQP,
  solvers,
  type Condition,
} from '../../src/index.js';
import {flatten, unflatten, type Parameter, type Structure} from '../../src/autodiff/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {programRuns, reasonsOf, withPrograms} from '../helpers/programs.js';
import {smoothProblems} from '../zoo/iterative-solvers.js';

const CLOSE = 2e-6;

const {fun, root, map} = smoothProblems;
const c = smoothProblems.c as () => tf.Tensor;
const start = () => tf.ones([2, 2]);
const blocks = ([u, v]: tf.Tensor[], at: tf.Tensor) => fun(tf.concat([u, v], 1), at);
const blockProx = prox.lasso;
const halves = () => tf.split(start(), 2, 1);

interface Case {
  condition: () => Condition<never, never>;
  /** Its root for these parameters. */
  solve: (...params: never[]) => Structure;
  params: () => Parameter[];
  /** Whether its gradient is no program: the condition has formulas for kernels of this library. */
  isKernel?: boolean;
}

const qp = () => ({
  Q: tf.tensor3d([2, 0.5, 0.5, 1, 3, 0, 0, 1], [2, 2, 2]),
  p: tf.tensor2d([1, 1, -1, 0.5], [2, 2]),
  G: tf.tensor3d([-1, 0, 0, -1, -1, 0, 0, -1], [2, 2, 2]),
  h: tf.tensor2d([0, 0.5, 0, 0.5], [2, 2]),
  A: tf.tensor3d([1, 1, 1, -1], [2, 1, 2]),
  b: tf.tensor2d([1, 0.2], [2, 1]),
});
type QP = ReturnType<typeof qp>;

const CASES: Record<string, Case> = {
  stationary: {
    condition: () => conditions.stationary(fun as never) as never,
    solve: (at) => new solvers.Newton({fun}).run(start(), at).x,
    params: () => [c()],
  },
  newton: {
    condition: () => conditions.newton(conditions.stationary(fun as never) as never) as never,
    solve: (at) => new solvers.Newton({fun}).run(start(), at).x,
    params: () => [c()],
  },
  proximalGradient: {
    condition: () => conditions.proximalGradient(fun as never, prox.lasso as never, {stepSize: 0.2}) as never,
    solve: (own, at) =>
      new solvers.ProximalGradient({fun, prox: prox.lasso} as never).run(start(), own, at).x as tf.Tensor,
    params: () => [tf.scalar(0.1), c()],
  },
  projectedGradient: {
    condition: () =>
      conditions.projectedGradient(fun as never, projections.box as never, {stepSize: 0.2}) as never,
    solve: (own, at) =>
      new solvers.ProjectedGradient({fun, projection: projections.box} as never).run(start(), own, at)
        .x as tf.Tensor,
    params: () => [{lower: tf.scalar(-1), upper: tf.scalar(0.4)}, c()],
  },
  blockProximalGradient: {
    condition: () => conditions.blockProximalGradient(blocks as never, blockProx as never) as never,
    solve: (own, at) =>
      new solvers.BlockCoordinateDescent({fun: blocks, prox: blockProx} as never).run(
        halves() as never,
        own as never,
        at,
      ).x as unknown as Structure,
    params: () => [tf.scalar(0.1), c()],
  },
  mirrorDescent: {
    condition: () => conditions.mirrorDescent(fun as never, conditions.entropy as never) as never,
    solve: (own, at) =>
      new solvers.MirrorDescent({fun, geometry: conditions.entropy} as never, {decay: 0.5} as never).run(
        tf.fill([2, 2], 0.5),
        own,
        at,
      ).x as tf.Tensor,
    params: () => [null, c()],
  },
  kkt: {
    // min ½‖x − c‖² with Σx = s and x₀ ≤ t, which is active.
    condition: () =>
      conditions.kkt({
        fun: (x: tf.Tensor, at: tf.Tensor) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, at)), 1)),
        equality: (x: tf.Tensor, _at: tf.Tensor, s: tf.Tensor) => tf.sub(tf.sum(x, 1, true), s),
        inequality: (x: tf.Tensor, _at: tf.Tensor, _s: tf.Tensor, t: tf.Tensor) =>
          tf.sub(tf.slice(x, [0, 0], [-1, 1]), t),
      } as never) as never,
    solve: (at: tf.Tensor, s: tf.Tensor, t: tf.Tensor) => {
      const [c0, c1] = tf.split(at, 2, 1);
      const x0 = tf.mul(t, tf.onesLike(c0));
      const x1 = tf.sub(s, x0);
      const eqDual = tf.sub(c1, x1);
      return {x: tf.concat([x0, x1], 1), ineqDual: tf.sub(tf.sub(c0, x0), eqDual), eqDual};
    },
    params: () => [c(), tf.scalar(0.3), tf.scalar(0.1)],
  },
  quadraticKkt: {
    condition: () => conditions.quadraticKkt as never,
    solve: (data: QP) => {
      const {x, ineqDual, eqDual} = solveQP(data, {tolerance: 1e-9} as never);
      return {x, ineqDual, eqDual};
    },
    params: () => {
      const data = qp();
      const weight = tf.cast(tf.greater(solveQP(data).ineqDual, 1e-4), 'float32');
      return [data, {weight, status: tf.zeros([2], 'int32')}];
    },
    isKernel: true,
  },
  sparseCode: {
    condition: () => conditions.sparseCode(prox.elasticNet as never) as never,
    solve: (own, D, x) => new solvers.SparseCoding({tolerance: 1e-7}).run(tf.zeros([2, 3]), own, D, x).x,
    params: () => [
      {l1: 0.1, l2: 0.05},
      tf.tensor2d([1, 0.2, -0.3, 0.1, 0.8, 0.4], [2, 3]),
      tf.tensor2d([1, 0.5, -0.6, 0.9], [2, 2]),
    ],
    isKernel: true,
  },
  conicResidual: {
    // min cᵀz with z ≥ l: z = l, with the dual c.
    condition: () => conditions.conicResidual((v) => tf.relu(v)) as never,
    solve: ({c: cost, d}: conditions.ConicData) => ({u: tf.neg(d), v: tf.clone(cost), w: tf.ones([2, 1])}),
    params: () => [
      {
        c: tf.tensor2d([1, 2, 0.5, 3], [2, 2]),
        E: tf.neg(tf.stack([tf.eye(2), tf.eye(2)])),
        d: tf.tensor2d([0.3, -0.2, 0.1, 0.6], [2, 2]),
      },
    ],
  },
  'a root of a user': {
    condition: () => root as never,
    solve: (at) => new solvers.NewtonRoot({fun: root}).run(start(), at).x,
    params: () => [c()],
  },
};

const weightsOf = (leaf: tf.Tensor, i: number) =>
  tf.reshape(tf.cos(tf.add(i, tf.range(0, leaf.size))), leaf.shape);
const numbers = (structure: Parameter) => flatten(structure).map((leaf) => Array.from(leaf.dataSync()));

/** The root, wᵀ∂x* by `rootVjp` and by the tape of `customRoot`, and ∂x*θ̇. */
function outcomeOf({condition, solve, params}: Case): number[][] {
  return tf.tidy(() => {
    const given = params();
    const F = condition();
    const x = solve(...(given as never[]));
    const w = unflatten(x, flatten(x).map(weightsOf));
    const cotangents = rootVjp(F, x as never, given as never, w as never);
    const leaves = flatten(given).filter(({dtype}) => dtype === 'float32');
    const filled = (at: tf.Tensor[]) => {
      let next = 0;
      return unflatten(
        given,
        flatten(given).map((leaf) => (leaf.dtype === 'float32' ? at[next++] : leaf)),
      );
    };
    const tangents = filled(leaves.map((leaf, i) => weightsOf(leaf, i + 3)));
    const tangent = rootJvp(F, x as never, given as never, tangents as never);
    const solution = customRoot(F, {onFailure: 'throw'})(() => x as never) as unknown as (
      init: null,
      ...params: Parameter[]
    ) => Structure;
    const gradients = tf.grads((...at: tf.Tensor[]) => {
      const found = flatten(solution(null, ...filled(at)));
      return tf.addN(found.map((leaf, i) => tf.sum(tf.mul(leaf, weightsOf(leaf, i))))) as tf.Scalar;
    })(leaves);
    return [
      ...numbers(x),
      ...numbers(cotangents),
      ...numbers(tangent as Structure),
      ...numbers(gradients),
    ] as never;
  }) as unknown as number[][];
}

function expectBoth(outcome: () => number[][], least: number): void {
  let program!: number[][];
  const runs = programRuns(() => (program = withPrograms('on', outcome)));
  const operations = withPrograms('off', outcome);
  program.forEach((values, i) => expectClose(values, operations[i], CLOSE, 1e-7));
  assert.isAtLeast(runs, least);
  assert.deepEqual(reasonsOf(outcome), []);
}

describeAnyBackend('conditions with programs and without', () => {
  it('are all here', () => {
    const makers = Object.keys(conditions).filter(
      (name) => !['DEGENERATE', 'kinkWeight', 'positivePart', 'entropy', 'gradientOf'].includes(name),
    );
    assert.sameMembers(
      makers.filter((name) => !(name in CASES)),
      [],
    );
  });

  for (const [name, given] of Object.entries(CASES)) {
    it(`${name} has the same gradients and tangents`, () =>
      // Two linear systems of at least two unknowns, two gradients and a tangent.
      expectNoLeak(() => expectBoth(() => outcomeOf(given), given.isKernel ? 0 : 7)));
  }

  it('customFixedPoint has the same gradients', () =>
    expectNoLeak(() =>
      expectBoth(
        () =>
          tf.tidy(() => {
            const solve = (_: tf.Tensor, at: tf.Tensor) =>
              new solvers.FixedPointIteration({fun: map}).run(start(), at).x;
            const fixed = customFixedPoint(map)(solve);
            const x = fixed(null, c());
            const gradient = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(weightsOf(at, 0), fixed(null, at))))(
              c(),
            );
            return numbers([x, gradient]) as never;
          }) as unknown as number[][],
        20,
      ),
    ));
});
