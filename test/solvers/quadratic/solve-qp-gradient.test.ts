/** @file Gradients of solveQP against the closed form of the active set. */
import * as tf from '@tensorflow/tfjs-core';
import {conditions, customRoot, linsolve, solveQP, vjp, type QPInput} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose} from '../../helpers/expect.js';
import {closedFormGradient, type QPCotangent} from '../../helpers/qp-jacobian.js';
import {namesOf, tensorsOf, type QPName} from '../../helpers/qp-tensors.js';
import {knownQP, QP_ZOO, type KnownQP} from '../../zoo/quadratic-programs.js';

/** ⟨v, solution⟩ for a cotangent that is not zero anywhere it may be. */
function cotangentOf({n, m, k}: KnownQP): Required<QPCotangent> {
  const wave = (size: number, phase: number) =>
    Array.from({length: size}, (_, i) => Math.fround(Math.cos(phase + 2 * i)));
  return {x: wave(n, 1), ineqDual: wave(m, 2), eqDual: wave(k, 3)};
}

function objective(problem: QPInput, v: Required<QPCotangent>): tf.Scalar {
  const {x, ineqDual, eqDual} = solveQP(problem);
  const along = (value: tf.Tensor, weights: number[]) =>
    weights.length === 0 ? tf.scalar(0) : tf.sum(tf.mul(value, tf.tensor1d(weights)));
  return tf.addN([along(x, v.x), along(ineqDual, v.ineqDual), along(eqDual, v.eqDual)]) as tf.Scalar;
}

function gradients(qp: KnownQP, v: Required<QPCotangent>): Map<QPName, tf.Tensor> {
  const names = namesOf(qp);
  const tensors = tensorsOf(qp);
  const asProblem = (values: tf.Tensor[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i]])) as unknown as QPInput;
  const grads = tf.grads((...values: tf.Tensor[]) => objective(asProblem(values), v))(
    names.map((name) => tensors[name]!),
  );
  return new Map(names.map((name, i) => [name, grads[i]]));
}

describeBackends('the gradient of solveQP', () => {
  for (const qp of QP_ZOO) {
    it(`matches the closed form in every parameter, through x and both multipliers: ${qp.name}`, () => {
      tf.tidy(() => {
        const v = cotangentOf(qp);
        const expected = closedFormGradient(qp, v);
        // The closed form is taken at the solution of the unrounded data; f32 data move it by their condition number.
        gradients(qp, v).forEach((gradient, name) => expectClose(gradient, expected[name].flat(), 3e-6));
      });
    });
  }

  it('is 1e-6 accurate against the closed form at the solution of the same f32 data', () => {
    tf.tidy(() => {
      const qp = knownQP({n: 8, m: 10, k: 2, active: 3, seed: 'exact'});
      const rounded = {...qp, p: qp.p.map(Math.fround), h: qp.h.map(Math.fround), b: qp.b.map(Math.fround)};
      const t = tensorsOf(rounded);
      const {x, ineqDual, eqDual} = solveQP(t);
      const at = {
        ...rounded,
        x: Array.from(x.dataSync()),
        ineqDual: Array.from(ineqDual.dataSync()),
        eqDual: Array.from(eqDual.dataSync()),
      };
      const v = cotangentOf(qp);
      const expected = closedFormGradient(at, v);
      gradients(rounded, v).forEach((gradient, name) => expectClose(gradient, expected[name].flat(), 1e-6));
    });
  });

  it('of a shared tensor is the sum over the batch', () => {
    tf.tidy(() => {
      const qp = QP_ZOO[6];
      const t = tensorsOf(qp);
      const p = tf.stack([t.p, tf.add(t.p, 0.01), tf.sub(t.p, 0.02)]);
      const loss = (shared: QPInput) => tf.sum(tf.square(solveQP(shared).x));
      for (const name of ['Q', 'G', 'h', 'A', 'b'] as const) {
        const shared = tf.grad((value: tf.Tensor) => loss({...t, p, [name]: value}))(t[name]!);
        const many = tf.stack([t[name]!, t[name]!, t[name]!]);
        const each = tf.grad((value: tf.Tensor) => loss({...t, p, [name]: value}))(many);
        expectClose(shared, tf.sum(each, 0), 1e-6);
      }
      const sharedP = tf.grad((value: tf.Tensor) => loss({...t, p: value, h: tf.stack([t.h!, t.h!])}))(t.p);
      const oneP = tf.grad((value: tf.Tensor) => loss({...t, p: value}))(t.p);
      expectClose(sharedP, tf.mul(2, oneP), 1e-6);
    });
  });

  it('of a failed sample is zero, and that of its neighbours right', () => {
    tf.tidy(() => {
      const Q = tf.eye(1);
      const G = tf.tensor2d([[1], [-1]]);
      const p = tf.tensor2d([[1], [1]]);
      const loss = (h: tf.Tensor) => tf.sum(solveQP({Q, p, G, h}, {onFailure: 'ignore'}).x);
      // Sample 0: x ≥ −0.5 is active, x = −0.5. Sample 1: 1 ≤ x ≤ 0.
      const gradient = tf.grad(loss)(
        tf.tensor2d([
          [5, 0.5],
          [0, -1],
        ]),
      );
      expectClose(gradient, [0, -1, 0, 0]);
    });
  });

  it('of the slack is that of h − Gx', () => {
    tf.tidy(() => {
      const qp = QP_ZOO[4];
      const t = tensorsOf(qp);
      const weights = tf.tensor1d(Array.from({length: qp.m}, (_, i) => i + 1));
      const direct = tf.grad((p: tf.Tensor) => tf.sum(tf.mul(weights, solveQP({...t, p}).slack)))(t.p);
      const composed = tf.grad((p: tf.Tensor) => {
        const x = tf.reshape(solveQP({...t, p}).x, [-1, 1]);
        return tf.sum(
          tf.mul(weights, tf.sub(t.h!, tf.reshape(tf.matMul(t.G as tf.Tensor2D, x as tf.Tensor2D), [-1]))),
        );
      })(t.p);
      expectClose(direct, composed, 1e-6);
    });
  });

  it('can be differentiated again: the second derivative in h is that of the closed form', () => {
    tf.tidy(() => {
      // min ½q x² + x, x ≤ h active at h = −2: λ = −(q h + 1), dλ/dq = −h, d²λ/(dq dh) = −1.
      const lambda = (q: tf.Tensor, h: tf.Tensor) =>
        tf.sum(solveQP({Q: tf.reshape(q, [1, 1]), p: tf.tensor1d([1]), G: tf.ones([1, 1]), h}).ineqDual);
      const q = tf.tensor1d([2]);
      const h = tf.tensor1d([-2]);
      const dq = (at: tf.Tensor) => vjp((value: tf.Tensor) => lambda(value, at), [q], tf.scalar(1))[0];
      expectClose(dq(h), [2]);
      expectClose(vjp((at: tf.Tensor) => tf.sum(dq(at)), [h], tf.scalar(1))[0], [-1]);
      // x = −1/q inside: d²x/dq² = −2/q³.
      const x = (value: tf.Tensor) => solveQP({Q: tf.reshape(value, [1, 1]), p: tf.tensor1d([1])}).x;
      const slope = (value: tf.Tensor) => tf.sum(tf.grad(x)(value));
      expectClose(tf.grad(slope)(q), [-0.25]);
    });
  });

  it('agrees with the generic route: conditions.kkt, materialised and solved by LU', () => {
    tf.tidy(() => {
      const qp = QP_ZOO[5];
      const t = tensorsOf(qp);
      const found = solveQP(t);
      const batch = (tensor: tf.Tensor) => tf.expandDims(tensor, 0);
      const column = (v: tf.Tensor) => tf.reshape(v, [-1, 1]) as tf.Tensor2D;
      const row = (M: tf.Tensor, v: tf.Tensor) => tf.reshape(tf.matMul(M as tf.Tensor2D, column(v)), [1, -1]);
      const condition = conditions.kkt<[tf.Tensor, tf.Tensor, tf.Tensor]>({
        objective: (x, p) => tf.add(tf.mul(0.5, tf.sum(tf.mul(x, row(t.Q, x)))), tf.sum(tf.mul(x, p))),
        inequality: (x, _p, h) => tf.sub(row(t.G!, x), h),
        equality: (x, _p, _h, b) => tf.sub(row(t.A!, x), b),
      });
      const solution = {x: batch(found.x), ineqDual: batch(found.ineqDual), eqDual: batch(found.eqDual)};
      const generic = customRoot(condition, {linsolve: linsolve.lu()})(() => solution);
      const v = cotangentOf(qp);
      const weight = tf.tensor2d([v.x]);
      const grads = tf.grads((p: tf.Tensor, h: tf.Tensor, b: tf.Tensor) =>
        tf.sum(tf.mul(weight, generic(null, p, h, b).x)),
      )([t.p, t.h!, t.b!]);
      const expected = closedFormGradient(qp, {x: v.x});
      // F is evaluated in f32 on this route: condition number (about 40 here) times 1e-7.
      (['p', 'h', 'b'] as const).forEach((name, i) => expectClose(grads[i], expected[name], 2e-5));
    });
  });
});
