/** @file Gradients of ill-conditioned quadratic programs against the f64 closed form at the solution of the same f32 data. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP, type QPInput} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {solveInF64} from '../helpers/qp-certificate.js';
import {closedFormGradient, type QPCotangent} from '../helpers/qp-jacobian.js';
import {namesOf, tensorsOf} from '../helpers/qp-tensors.js';
import {knownQP, type KnownQP, type Recipe} from '../zoo/quadratic-programs.js';

/** The problem with f32 data, its f64 solution taken from the reference kernel. */
function roundedQP(recipe: Recipe): KnownQP {
  const qp = knownQP(recipe);
  const data = {...qp, p: qp.p.map(Math.fround), h: qp.h.map(Math.fround), b: qp.b.map(Math.fround)};
  const {status, x, ineqDual, eqDual} = solveInF64({...data, expectedStatus: 0});
  assert.equal(status, 0);
  return {...data, x, ineqDual, eqDual};
}

/** The largest error of a gradient of ⟨v, (x, λ, ν)⟩, each parameter relative to its largest entry. */
function gradientError(qp: KnownQP): number {
  const wave = (size: number, phase: number) =>
    Array.from({length: size}, (_, i) => Math.fround(Math.cos(phase + 2 * i)));
  const v: Required<QPCotangent> = {x: wave(qp.n, 1), ineqDual: wave(qp.m, 2), eqDual: wave(qp.k, 3)};
  const expected = closedFormGradient(qp, v);
  return tf.tidy(() => {
    const names = namesOf(qp);
    const tensors = tensorsOf(qp);
    const loss = (...values: tf.Tensor[]) => {
      const input = Object.fromEntries(names.map((name, i) => [name, values[i]])) as unknown as QPInput;
      const {x, ineqDual, eqDual} = solveQP(input);
      const parts: [tf.Tensor, number[]][] = [
        [x, v.x],
        [ineqDual, v.ineqDual],
        [eqDual, v.eqDual],
      ];
      return tf.addN(
        parts.flatMap(([value, weights]) =>
          weights.length > 0 ? [tf.sum(tf.mul(value, tf.tensor1d(weights)))] : [],
        ),
      );
    };
    const gradients = tf.grads(loss)(names.map((name) => tensors[name]!));
    return Math.max(
      ...names.map((name, i) => {
        const exact = expected[name].flat();
        const scale = Math.max(...exact.map(Math.abs));
        return Math.max(
          ...Array.from(gradients[i].dataSync(), (value, j) => Math.abs(value - exact[j]) / scale),
        );
      }),
    );
  });
}

const SHAPES: Recipe[] = [
  {n: 2},
  {n: 5, k: 2},
  {n: 8, m: 10, active: 3},
  {n: 15, m: 20, k: 3, active: 5},
  {n: 30, m: 40, k: 5, active: 10},
];

describeBackends('the gradient of an ill-conditioned quadratic program', () => {
  // 1e-7 was measured at all of them: the factorisation and its refinement are in f64, only the result is f32.
  for (const condition of [1e1, 1e2, 1e3, 1e4, 1e5, 1e6]) {
    it(`is right to 1e-6 at condition number ${condition}, n up to 30`, () => {
      for (const shape of SHAPES) {
        for (const seed of ['1', '2', '3']) {
          const error = gradientError(roundedQP({...shape, condition, seed}));
          assert.isBelow(error, 1e-6, JSON.stringify({...shape, condition, seed}));
        }
      }
    });
  }

  it('is right to 1e-6 where Q has no full rank, but the constraints make the solution unique', () => {
    for (const seed of ['1', '2', '3']) {
      const qp = roundedQP({n: 12, m: 14, k: 3, active: 6, rank: 8, seed});
      assert.isBelow(gradientError(qp), 1e-6, seed);
    }
  });
});
