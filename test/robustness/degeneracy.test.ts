/** @file Derivatives at kinks against closed forms: the three policies, and dependent active constraints. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {QPLayer, type QPLayerArgs} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, messageOf} from '../helpers/expect.js';
import {solveWithGradients} from '../helpers/qp-solved.js';

const POLICIES = ['leastNorm', 'oneSided', 'smooth'] as const;

/** λ/(λ + s) of the smoothed pair with λ − s = a and λs = κ. */
function smoothedWeight(a: number, kappa: number): number {
  const multiplier = (a + Math.sqrt(a * a + 4 * kappa)) / 2;
  const slack = multiplier - a;
  return multiplier / (multiplier + slack);
}

/** min ½x² + px, x ≤ 1. */
const line = (p: number) => ({Q: [[1]], p: [p], G: [[1]], h: [1]});

/** min ½‖x‖² + pᵀx, x₁ + x₂ ≤ 1, with the minimum on the boundary: x = (½, ½). */
const corner = {
  Q: [
    [1, 0],
    [0, 1],
  ],
  p: [-0.5, -0.5],
  G: [[1, 1]],
  h: [1],
};

describeBackends('a weakly active constraint', () => {
  const slopes = {leastNorm: 0, oneSided: -1, smooth: -0.5};
  for (const degenerate of POLICIES) {
    it(`${degenerate}: the derivative in 1-D is ${slopes[degenerate]}`, () => {
      const {x, gradients, weaklyActive} = solveWithGradients(line(-1), {degenerate});
      expectClose(x, [1]);
      assert.deepEqual(weaklyActive, [true]);
      const slope = slopes[degenerate];
      expectClose(gradients.p!, [slope], 1e-6, 1e-12);
      expectClose(gradients.h!, [1 + slope], 1e-6, 1e-12);
      expectClose(gradients.Q!, [slope], 1e-6, 1e-12);
      expectClose(gradients.G!, [-1 - slope], 1e-6, 1e-12);
    });

    it(`${degenerate}: the derivative in 2-D`, () => {
      // dx/dp = −(I − t aaᵀ), dx/dh = t a, with a = (1, 1) and t = 1/2 (active), 0 (free), 1/3 (weight 1/2).
      const t = {leastNorm: 1 / 2, oneSided: 0, smooth: 1 / 3}[degenerate];
      const {gradients, weaklyActive} = solveWithGradients(corner, {degenerate, weights: [1, 2]});
      assert.deepEqual(weaklyActive, [true]);
      const ux = [-1 + 3 * t, -2 + 3 * t];
      expectClose(gradients.p!, ux, 1e-6);
      expectClose(gradients.h!, [3 * t], 1e-6, 1e-12);
      // λ = 0, so that G only moves the boundary.
      expectClose(gradients.G!, [-1.5 * t, -1.5 * t], 1e-6, 1e-12);
      const mean = (ux[0] + ux[1]) / 4;
      expectClose(gradients.Q!, [ux[0] / 2, mean, mean, ux[1] / 2], 1e-6);
    });
  }

  for (const smoothing of [1e-5, 1e-3, 0.1]) {
    it(`smooth: the derivative on both sides is that of the smoothed weight, κ = ${smoothing}`, () => {
      for (const p of [-3, -1.5, -1.0625, -1, -0.9375, -0.5, 2]) {
        const [multiplier, slack] = [Math.max(0, -1 - p), Math.max(0, 1 + p)];
        const weight = smoothedWeight(multiplier - slack, smoothing);
        const {gradients} = solveWithGradients(line(p), {degenerate: 'smooth', smoothing});
        // The weight is an f32 number between 0 and 1.
        expectClose(gradients.p!, [weight - 1], 0, 1e-6);
        expectClose(gradients.h!, [weight], 0, 1e-6);
      }
    });
  }

  it('away from kinks all policies agree, smooth within κ/λ² or κ/slack²', () => {
    for (const p of [-9, -3, -1.5, -0.5, 0, 5]) {
      const exact = p < -1 ? 0 : -1;
      for (const degenerate of POLICIES) {
        const {gradients, weaklyActive} = solveWithGradients(line(p), {degenerate, smoothing: 1e-3});
        assert.deepEqual(weaklyActive, [false]);
        const bound = degenerate === 'smooth' ? 1e-3 / (p + 1) ** 2 : 0;
        expectClose(gradients.p!, [exact], 1e-6, bound + 1e-12);
      }
    }
  });

  it('is flagged, and its neighbours are not', () => {
    // x = (1, 1, 0): active, weakly active, free.
    const Q = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const {weaklyActive, gradients} = solveWithGradients(
      {Q, p: [-2, -1, 0], G: Q, h: [1, 1, 1]},
      {degenerate: 'oneSided'},
    );
    assert.deepEqual(weaklyActive, [false, true, false]);
    expectClose(gradients.p!, [0, -2, -3], 1e-6, 1e-12);
    expectClose(gradients.h!, [1, 0, 0], 1e-6, 1e-12);
  });

  it('is not seen where a multiplier is small only beside those of badly scaled rows', () => {
    const diagonal = (values: number[]) => values.map((v, i) => values.map((_, j) => (i === j ? v : 0)));
    const scaled = diagonal([1e-6, 1, 1e6]);
    // x = (1, 1, 1) and λ = (1, 2, 3).
    const {weaklyActive} = solveWithGradients({
      Q: scaled,
      p: [-2e-6, -3, -4e6],
      G: scaled,
      h: [1e-6, 1, 1e6],
    });
    assert.deepEqual(weaklyActive, [false, false, false]);
  });

  it('an unknown policy and a smoothing that is not positive are errors', () => {
    const refuse = (options: object) => messageOf(() => solveWithGradients(line(0), options));
    assert.match(
      refuse({degenerate: 'left'}),
      /degenerate must be one of leastNorm, oneSided, smooth; got 'left'/,
    );
    for (const smoothing of [0, -1, NaN, Infinity]) {
      assert.match(refuse({smoothing}), /smoothing must be positive and finite/);
    }
  });
});

describeBackends('dependent active constraints', () => {
  it('redundant ones have valid multipliers and the least-norm gradient', () => {
    // x₁ ≤ 1, x₂ ≤ 1 and x₁ + x₂ ≤ 2 meet in x = (1, 1).
    const {Q} = corner;
    const G = [
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    const {x, ineqDual, gradients} = solveWithGradients({Q, p: [-2, -3], G, h: [1, 1, 2]}, {weights: [1, 1]});
    expectClose(x, [1, 1]);
    for (const multiplier of ineqDual) assert.isAtLeast(multiplier, 0);
    expectClose([ineqDual[0] + ineqDual[2], ineqDual[1] + ineqDual[2]], [1, 2], 1e-6);
    // Of all u with Gᵀu = (1, 1) the least.
    expectClose(gradients.h!, [1 / 3, 1 / 3, 2 / 3], 1e-6);
    expectClose(gradients.p!, [0, 0], 0, 1e-12);
  });

  it('three copies of a row have a third of the multiplier and of the gradient each', () => {
    const {ineqDual, gradients} = solveWithGradients({Q: [[2]], p: [-8], G: [[1], [1], [1]], h: [1, 1, 1]});
    expectClose(ineqDual, [2, 2, 2], 1e-6);
    expectClose(gradients.h!, [1 / 3, 1 / 3, 1 / 3], 1e-6);
  });
});

describeBackends('QPLayer at a kink', () => {
  const constants = {Q: [[1]], G: [[1]], h: [1]};
  const slope = (args: QPLayerArgs) =>
    tf.tidy(() => {
      const layer = new QPLayer({constants, ...args});
      const gradient = tf.grad((p: tf.Tensor) => tf.sum(layer.apply(p) as tf.Tensor))(
        tf.tensor2d([[-1.0625]]),
      );
      const value = gradient.dataSync()[0];
      layer.dispose();
      return value;
    });

  it('passes the policy and its κ through, and saves them', () => {
    expectClose(slope({}), [0], 0, 1e-12);
    for (const smoothing of [1e-3, 0.01]) {
      const args: QPLayerArgs = {degenerate: 'smooth', smoothing};
      expectClose(slope(args), [smoothedWeight(0.0625, smoothing) - 1], 0, 1e-6);
      const saved = JSON.parse(JSON.stringify(new QPLayer({constants, ...args}).getConfig())) as QPLayerArgs;
      assert.deepInclude(saved, args);
      expectClose(slope(saved), [smoothedWeight(0.0625, smoothing) - 1], 0, 1e-6);
    }
  });
});
