/**
 * @file Every operation of the library on every device: values and gradients, first and second, against the f64 kernels of the
 * host, which have suites of their own.
 */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  conditions,
  customFixedPoint,
  customRoot,
  jvp,
  linalg,
  linsolve,
  projections,
  prox,
  rootJvp,
  rootVjp,
  solvers,
  sparsemax,
} from '../../src/index.js';
import {fill} from '../../src/kernels/index.js';
import type {LinearSolver} from '../../src/linsolve/public.js';
import {assertClose, describeDevices, toleranceOn, valuesOf} from './devices.js';
import {definite, invertible, random, testWork, type Work} from './work.js';

/** No shader may take what is large, or −∞, for another number. */
const maskedLogits = () => [
  tf.tensor2d([
    [1, -Infinity, 0.75, 0.5],
    [-Infinity, -Infinity, -Infinity, -Infinity],
    [1e17, 1e17, 0, -3.4e38],
    [-3.4e38, -3.4e38, -Infinity, -3.4e38],
    [3, 2.5, -1e20, 2.75],
  ]),
];

const work: Work[] = [
  {name: 'linalg.cholesky', inputs: () => [definite(1, [3], 4)], run: (a) => linalg.cholesky(a), twice: true},
  {
    name: 'linalg.choleskySolve',
    inputs: () => [tf.add(random(2, 3, 4, 4), tf.mul(3, tf.eye(4))), random(3, 3, 4, 2)],
    run: (l, b) => linalg.choleskySolve(l, b),
  },
  ...[true, false].flatMap((lower) =>
    [true, false].flatMap((transpose) =>
      [true, false].map((unitDiagonal) => ({
        name: `linalg.triangularSolve ${JSON.stringify({lower, transpose, unitDiagonal})}`,
        inputs: () => [invertible(4, [2], 5), random(5, 2, 5, 3)],
        run: (a: tf.Tensor, b: tf.Tensor) => linalg.triangularSolve(a, b, {lower, transpose, unitDiagonal}),
      })),
    ),
  ),
  {
    name: 'linalg.solve',
    inputs: () => [invertible(6, [3], 6), random(7, 3, 6, 2)],
    run: (a, b) => linalg.solve(a, b),
    twice: true,
  },
  {
    name: 'linalg.solve, adjoint',
    inputs: () => [invertible(6, [3], 6), random(7, 3, 6, 2)],
    run: (a, b) => linalg.solve(a, b, {transpose: true}),
  },
  {
    name: 'linalg.solve with pivots that are zero',
    inputs: () => [tf.tensor3d([0, 1, 0, 0, 0, 2, 3, 0, 0], [1, 3, 3]), random(8, 1, 3, 1)],
    run: (a, b) => linalg.solve(a, b),
  },
  {
    name: 'linalg.solve, positive definite',
    inputs: () => [definite(9, [2], 5), random(10, 2, 5, 1)],
    run: (a, b) => linalg.solve(a, b, {assume: 'positiveDefinite'}),
  },
  {
    name: 'linalg.solve, shared matrix',
    inputs: () => [invertible(11, [], 4), random(12, 5, 4, 1)],
    run: (a, b) => linalg.solve(a, b),
  },
  {
    name: 'linalg.solve, batches that broadcast',
    inputs: () => [invertible(13, [2, 1], 3), random(14, 3, 3, 2)],
    run: (a, b) => linalg.solve(a, b),
  },
  {
    name: 'linalg.solve of 40 unknowns',
    inputs: () => [invertible(15, [2], 40), random(16, 2, 40, 1)],
    run: (a, b) => linalg.solve(a, b),
  },
  {name: 'linalg.inv', inputs: () => [invertible(17, [2], 4)], run: (a) => linalg.inv(a)},
  {name: 'linalg.det', inputs: () => [invertible(18, [3], 4)], run: (a) => linalg.det(a), twice: true},
  {
    name: 'linalg.det of matrices of any rank',
    inputs: () => [tf.tensor3d([1, 2, 3, 2, 4, 6, 1, 0, 1, 1, 2, 3, 2, 4, 6, 3, 6, 9], [2, 3, 3])],
    run: (a) => linalg.det(a),
    twice: true,
  },
  {
    name: 'linalg.slogdet',
    inputs: () => [invertible(19, [2], 5)],
    run: (a) => [linalg.slogdet(a).logabsdet, tf.mul(1, linalg.slogdet(a).sign)],
  },
  {
    name: 'linalg.eigh, by what does not depend on signs',
    inputs: () => [random(20, 2, 5, 5)],
    run: (a) => {
      const {eigenvalues, eigenvectors: V} = linalg.eigh(a);
      const scaled = tf.mul(V, tf.expandDims(tf.exp(tf.neg(eigenvalues)), -2));
      return [eigenvalues, tf.matMul(scaled, V, false, true)];
    },
  },
  {
    name: 'linalg.lstsq, more rows',
    inputs: () => [random(21, 2, 6, 3), random(22, 2, 6, 2)],
    run: (a, b) => linalg.lstsq(a, b),
    twice: true,
  },
  {
    name: 'linalg.lstsq, more columns',
    inputs: () => [random(23, 2, 3, 5), random(24, 2, 3, 1)],
    run: (a, b) => linalg.lstsq(a, b),
  },
  {
    name: 'linalg.lstsq of rank one',
    inputs: () => [tf.tensor2d([1, 2, 2, 4, 3, 6], [3, 2]), random(25, 3, 1)],
    run: (a, b) => linalg.lstsq(a, b),
  },
  {name: 'sparsemax', inputs: () => [tf.mul(2, random(26, 4, 7))], run: (x) => sparsemax(x), twice: true},
  {name: 'sparsemax along axis 1', inputs: () => [random(27, 2, 5, 3)], run: (x) => sparsemax(x, 1)},
  {
    name: 'projections.simplex of a given scale',
    inputs: () => [random(28, 3, 40), tf.tensor1d([0.5, 1, 3])],
    run: (x, scale) => projections.simplex(x, {scale}),
  },
  {
    name: 'projections onto simplices, with masks and large entries',
    inputs: maskedLogits,
    run: (x) => [
      sparsemax(x),
      projections.simplex(x, {scale: 2}),
      projections.sparseSimplex(x, {maxNonZeros: 2}),
      projections.l1Ball(tf.mul(1e-3, x), {radius: 0.5}),
    ],
  },
  {
    name: 'entmax and normmax, with masks and large entries',
    inputs: maskedLogits,
    run: (x) => [
      projections.entmax(x, {alpha: 1.5}),
      projections.entmax(x, {alpha: 3}),
      projections.entmax(x, {alpha: 1}),
      projections.normmax(x),
    ],
  },
  {
    name: 'projections.boxSection with masks and large entries',
    inputs: () => [
      tf.tensor2d([
        [1, -Infinity, 0.75, 0.5],
        [-Infinity, -Infinity, -Infinity, -Infinity],
        [1e7, 1e7, 0, -50],
      ]),
    ],
    run: (x) => projections.boxSection(x, {c: 1}),
  },
  {
    name: 'transport with weights of zero',
    inputs: () => [random(52, 2, 3, 3)],
    run: (x) => {
      const sums = {a: tf.tensor1d([0.5, 0, 0.5]), b: tf.tensor1d([0.25, 0.25, 0.5])};
      return [projections.klTransport(x, sums), projections.transport(x, sums)];
    },
  },
  {
    name: 'projections.isotonic',
    inputs: () => [random(29, 4, 9)],
    run: (x) => projections.isotonic(x),
    twice: true,
  },
  {
    name: 'projections.isotonic, increasing',
    inputs: () => [random(30, 4, 9)],
    run: (x) => projections.isotonic(x, {direction: 'ascending'}),
  },
  {
    name: 'projections.box',
    inputs: () => [random(31, 3, 4), tf.tensor1d([-0.5, 0, -1, 0.2])],
    run: (x, lower) => projections.box(x, {lower, upper: 0.6}),
  },
  {name: 'projections.nonNegative', inputs: () => [random(32, 3, 4)], run: (x) => projections.nonNegative(x)},
  {
    name: 'prox.lasso',
    inputs: () => [random(33, 3, 5), tf.scalar(0.3)],
    run: (x, l1) => prox.lasso(x, l1, 0.7),
  },
  {
    name: 'prox.elasticNet',
    inputs: () => [random(34, 3, 5), tf.scalar(0.2), tf.scalar(0.4)],
    run: (x, l1, l2) => prox.elasticNet(x, {l1, l2}),
  },
  ...(
    [
      ['groupLasso', (x, weight) => prox.groupLasso(x, weight)],
      ['totalVariation1d', (x, weight) => prox.totalVariation1d(x, weight)],
      ['nuclearNorm', (x, weight) => prox.nuclearNorm(tf.reshape(x, [-1, 2, 2]), weight)],
    ] as [string, (x: tf.Tensor, weight: tf.Tensor) => tf.Tensor][]
  ).map(([name, run]) => ({
    name: `prox.${name} under weights of which one is infinite`,
    inputs: () => [random(54, 2, 4), tf.concat([fill([1], Infinity), tf.tensor1d([0.25])])],
    run,
  })),
  {
    name: 'solvers.SparseCoding',
    inputs: () => [random(35, 6, 10), random(36, 4, 6), tf.scalar(0.15)],
    run: (D, x, l1) =>
      new solvers.SparseCoding({tolerance: 1e-6}).run(tf.zeros([4, 10]), {l1, l2: 0.05}, D, x).x,
  },
  {
    name: 'solvers.SparseCoding, not negative, without l2',
    inputs: () => [random(37, 8, 5), random(38, 3, 8), tf.scalar(0.1)],
    run: (D, x, l1) =>
      new solvers.SparseCoding({nonNegative: true, tolerance: 1e-6}).run(tf.zeros([3, 5]), {l1, l2: 0}, D, x)
        .x,
  },
  {
    name: 'solvers.ProximalGradient',
    inputs: () => [tf.add(random(39, 4, 4), tf.mul(2, tf.eye(4))), random(40, 3, 4)],
    run: (D, x) => {
      const fun = (z: tf.Tensor, D: tf.Tensor, x: tf.Tensor) =>
        tf.mul(0.5, tf.sum(tf.square(tf.sub(x, tf.matMul(z, D, false, true)))));
      const solver = new solvers.ProximalGradient({fun, prox: prox.lasso} as never, {
        stepSize: 0.08,
        tolerance: 1e-6,
        maxIterations: 120,
      });
      return solver.run(tf.zeros([3, 4]), 0.1, D, x).x as tf.Tensor;
    },
  },
  ...(['FixedPointIteration', 'AndersonAcceleration'] as const).map((name) => ({
    name: `solvers.${name}`,
    inputs: () => [tf.mul(0.3, random(41, 4, 4)), random(42, 3, 4)],
    run: (W: tf.Tensor, x: tf.Tensor) => {
      const map = (z: tf.Tensor, W: tf.Tensor, x: tf.Tensor) => tf.tanh(tf.add(tf.matMul(z, W), x));
      const solver = new solvers[name]({fun: map} as never, {
        tolerance: 1e-6,
        maxIterations: name === 'FixedPointIteration' ? 60 : 12,
      });
      return solver.run(tf.zeros([3, 4]), W, x).x as tf.Tensor;
    },
  })),
  {
    name: 'conditions.kkt with a solver in closed form',
    inputs: () => [random(43, 3, 4)],
    run: (p) => {
      const condition = conditions.kkt({
        fun: (x: tf.Tensor, p: tf.Tensor) => tf.sum(tf.add(tf.mul(0.5, tf.square(x)), tf.mul(p, x))),
        equality: (x: tf.Tensor) => tf.sum(x, 1, true),
      } as never);
      const solve = customRoot(condition as never)(((_: unknown, p: tf.Tensor) => {
        const mean = tf.mean(p, 1, true);
        return {x: tf.sub(mean, p), eqDual: tf.neg(mean)};
      }) as never) as unknown as (init: null, p: tf.Tensor) => {x: tf.Tensor};
      return solve(null, p).x;
    },
  },
];

const SOLVERS: Record<string, () => LinearSolver | undefined> = {
  cg: () => linsolve.cg({maxIterations: 30}),
  normalCg: () => linsolve.normalCg({maxIterations: 40}),
  bicgstab: () => linsolve.bicgstab({maxIterations: 30}),
  gmres: () => linsolve.gmres({maxIterations: 20}),
  lu: () => linsolve.lu(),
  cholesky: () => linsolve.cholesky(),
  'iterativeRefinement of lu': () => linsolve.iterativeRefinement(linsolve.lu()),
  auto: () => linsolve.auto(),
  qr: () => linsolve.qr(),
  'gmres, preconditioned': () =>
    linsolve.gmres({maxIterations: 12, preconditioner: linsolve.preconditioners.jacobi()}),
  neumann: () => linsolve.neumann({terms: 40, damping: 0.3}),
};

/** x³ + A x = b, whose Jacobian is symmetric positive definite. */
const cubic = (x: tf.Tensor, A: tf.Tensor, b: tf.Tensor) =>
  tf.sub(tf.add(tf.pow(x, 3), tf.squeeze(tf.matMul(A, tf.expandDims(x, 2)), [2])), b);

/** By Newton's method. */
function solveCubic(A: tf.Tensor, b: tf.Tensor): tf.Tensor {
  let x = tf.zerosLike(b);
  for (let k = 0; k < 12; k++) {
    const jacobian = tf.add(A, tf.mul(tf.eye(b.shape[1]!), tf.expandDims(tf.mul(3, tf.square(x)), 1)));
    x = tf.sub(x, tf.squeeze(linalg.solve(jacobian, tf.expandDims(cubic(x, A, b), 2)), [2]));
  }
  return x;
}

for (const [name, make] of Object.entries(SOLVERS)) {
  work.push({
    name: `customRoot with linsolve.${name}`,
    inputs: () => [definite(44, [3], 4), random(45, 3, 4)],
    run: (A, b) =>
      customRoot(cubic, {linsolve: make()})((_: tf.Tensor | null, A: tf.Tensor, b: tf.Tensor) =>
        solveCubic(A, b),
      )(null, A, b),
  });
}

describeDevices('operations', (device) => {
  testWork(device, work);

  it('rootVjp and rootJvp are transposes of each other', async () => {
    const A = definite(46, [2], 3);
    const b = random(47, 2, 3);
    const x = solveCubic(A, b);
    const [cotangent, tangent] = [random(48, 2, 3), random(49, 2, 3)];
    const [, db] = rootVjp(cubic, x, [A, b], cotangent) as tf.Tensor[];
    const dx = rootJvp(cubic, x, [A, b], [tf.zerosLike(A), tangent]) as tf.Tensor;
    const [left] = await valuesOf(tf.sum(tf.mul(db, tangent)));
    const [right] = await valuesOf(tf.sum(tf.mul(dx, cotangent)));
    assert.approximately(left, right, toleranceOn(device) * Math.abs(left));
  });

  it('jvp of a long loop with a gradient in each step, in the memory of the loop', async () => {
    const energy = (y: tf.Tensor) => tf.sum(tf.square(tf.sub(tf.square(y), 1)));
    const descent = (steps: number) => (from: tf.Tensor) => {
      let y = tf.add(from, 0);
      for (let k = 0; k < steps; k++) {
        const next = tf.tidy(() => tf.sub(y, tf.mul(0.05, tf.grad(energy)(y))));
        y.dispose();
        y = next;
      }
      return y;
    };
    const [start, direction] = [
      [0.3, -0.8, 1.1],
      [1, -2, 0.5],
    ];
    const result = tf.tidy(() => jvp(descent(8), [tf.tensor1d(start)], [tf.tensor1d(direction)]));
    const expected = start.map((y, i) => {
      let dy = direction[i];
      for (let k = 0; k < 8; k++) {
        [y, dy] = [y - 0.05 * 4 * y * (y * y - 1), dy - 0.05 * (12 * y * y - 4) * dy];
      }
      return dy;
    });
    assertClose(await valuesOf(result), expected, toleranceOn(device), 'tangent');
    result.dispose();
  });

  it('gradient and tangent through the steps of a solver', async () => {
    const fixedPoint = new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>(
      {fun: (x, c) => tf.mul(0.5, tf.add(tf.square(x), c))},
      {implicitDiff: false, tolerance: 0, maxIterations: 12},
    );
    const run = (c: tf.Tensor) => fixedPoint.run(tf.fill([3, 1], 0.5), c).x;
    const at = [0.1, 0.3, -0.4];
    const expected = at.map((c) => {
      let [x, dx] = [0.5, 0];
      for (let k = 0; k < 12; k++) [x, dx] = [0.5 * (x * x + c), 0.5 * (2 * x * dx + 1)];
      return dx;
    });
    const [back, along] = tf.tidy(() => {
      const c = tf.tensor2d(at, [3, 1]);
      return [tf.grad((params: tf.Tensor) => tf.sum(run(params)))(c), jvp(run, [c], [tf.ones([3, 1])])];
    });
    assertClose(await valuesOf(back), expected, toleranceOn(device), 'gradient');
    assertClose(await valuesOf(along), expected, toleranceOn(device), 'tangent');
    tf.dispose([back, along]);
  });

  it('jvp of tanh', async () => {
    const x = random(50, 5);
    const result = jvp((x: tf.Tensor) => tf.tanh(x), [x], [
      tf.onesLike(x),
    ] as never) as unknown as tf.Tensor[];
    const tangent = [result].flat(2).slice(-1)[0];
    const expected = (await valuesOf(x)).map((value) => 1 - Math.tanh(value) ** 2);
    assertClose(await valuesOf(tangent), expected, toleranceOn(device), 'tangent');
  });

  it('customFixedPoint differentiates a fixed point that others found', async () => {
    const map = (z: tf.Tensor, a: tf.Tensor) => tf.add(tf.mul(0.5, z), a);
    const solve = customFixedPoint(map)((_: tf.Tensor | null, a: tf.Tensor) => tf.mul(2, a));
    const a = random(51, 3, 2);
    assertClose(
      await valuesOf(tf.grad((a: tf.Tensor) => tf.sum(solve(null, a)))(a)),
      Array<number>(6).fill(2),
      toleranceOn(device),
      'da',
    );
  });

  if (device === 'webgpu') {
    it('marks a matrix that cannot be factored by NaN, and leaves the others alone', async () => {
      const a = tf.tensor3d([1, 2, 2, 4, 2, 1, 1, 2], [2, 2, 2]);
      const b = tf.tensor3d([1, 1, 3, 3], [2, 2, 1]);
      assert.deepEqual(await valuesOf(linalg.solve(a, b)), [NaN, NaN, 1, 1]);
      const L = await valuesOf(linalg.cholesky(tf.tensor3d([1, 2, 2, 1, 4, 2, 2, 5], [2, 2, 2])));
      assert.deepEqual(L, [NaN, NaN, NaN, NaN, 2, 0, 1, 2]);
    });
  } else {
    it('names the sample whose matrix cannot be factored', () => {
      const a = tf.tensor3d([2, 1, 1, 2, 1, 2, 2, 4], [2, 2, 2]);
      assert.throws(() => linalg.solve(a, tf.ones([2, 2, 1])), /sample 1 is singular/);
    });
  }

  it('solves a singular system of linsolve.lu with least norm', async () => {
    const A = tf.tensor3d([1, 1, 1, 1, 2, 0, 0, 4], [2, 2, 2]);
    const operator = linsolve.operators.dense(A);
    const factors = linsolve.lu().factor(operator);
    const x = factors.solve(tf.tensor2d([2, 2, 2, 2], [2, 2]));
    assertClose(await valuesOf(x), [1, 1, 1, 0.5], 1e-5, 'x');
    factors.dispose();
  });
});
