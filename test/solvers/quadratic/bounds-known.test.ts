/** @file Quadratic programs with bounds whose solution is known: the solution, and gradients against the closed form, on every backend. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {prepareQP, solveQP, type QPInput} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose} from '../../helpers/expect.js';
import {boundedNames, boundedTensors, boundPlaces, inRows, withBounds} from '../../helpers/qp-bounds.js';
import {closedFormGradient} from '../../helpers/qp-jacobian.js';
import {BOUNDED_ZOO, type KnownQP} from '../../zoo/quadratic-programs.js';

const wave = (size: number, phase: number) =>
  Array.from({length: size}, (_, i) => Math.fround(Math.cos(phase + 2 * i)));

/** The gradient of ⟨wave, x⟩ by name, in closed form; the bounds are the right-hand sides of their rows, lower with the other sign. */
function expectedGradient(qp: KnownQP): Record<string, number[] | number[][]> {
  const {G, h, ...rest} = closedFormGradient(qp, {x: wave(qp.n, 1)});
  const {lower, upper, ...rows} = withBounds({G, h}, boundPlaces([qp]));
  return {...rest, ...rows, ...(lower && {lower}), ...(upper && {upper})};
}

describeBackends('quadratic programs with bounds', () => {
  for (const qp of BOUNDED_ZOO) {
    it(`have the known solution and multipliers: ${qp.name}`, () => {
      tf.tidy(() => {
        const {x, ineqDual, eqDual, lowerDual, upperDual, status, residual} = solveQP(boundedTensors(qp));
        assert.equal(status.dataSync()[0], 0);
        assert.isBelow(residual.dataSync()[0], 2 ** -22);
        expectClose(x, qp.x, 2e-6, 1e-6);
        expectClose(eqDual, qp.eqDual, 1e-5, 1e-6);
        const [ofRest, ofLower, ofUpper] = [ineqDual, lowerDual, upperDual].map((y) =>
          Array.from(y.dataSync()),
        );
        expectClose(inRows(boundPlaces([qp]), ofRest, ofLower, ofUpper), qp.ineqDual, 1e-5, 1e-6);
      });
    });

    it(`have the gradient in every parameter: ${qp.name}`, () => {
      tf.tidy(() => {
        const tensors = boundedTensors(qp);
        const names = boundedNames(tensors);
        const loss = (...values: tf.Tensor[]) => {
          const problem = Object.fromEntries(names.map((name, i) => [name, values[i]]));
          return tf.sum(tf.mul(solveQP(problem as unknown as QPInput).x, tf.tensor1d(wave(qp.n, 1))));
        };
        const found = tf.grads(loss)(names.map((name) => tensors[name]!));
        const expected = expectedGradient(qp);
        // The closed form is taken at the solution of the unrounded data; f32 data move it by their condition number.
        names.forEach((name, i) => expectClose(found[i], expected[name].flat(), 3e-6, 1e-7));
      });
    });
  }

  it('have bounds for each sample, or for all', () => {
    tf.tidy(() => {
      for (const qp of BOUNDED_ZOO) {
        const {lower, upper, p, ...rest} = boundedTensors(qp);
        const twice = (tensor: tf.Tensor) => tf.stack([tensor, tensor]);
        const given = {...(lower && {lower}), ...(upper && {upper})};
        const own = {...(lower && {lower: twice(lower)}), ...(upper && {upper: twice(upper)})};
        const shared = solveQP({...rest, p: twice(p), ...given});
        expectClose(solveQP({...rest, p: twice(p), ...own}).x, shared.x, 1e-7, 1e-7);
        expectClose(shared.x, [...qp.x, ...qp.x], 2e-6, 1e-6);
      }
    });
  });

  it('are solved again and again', () => {
    for (const qp of BOUNDED_ZOO) {
      const {Q, p, A, b} = qp;
      const rows = withBounds(qp, boundPlaces([qp]));
      const {G, h, lower, upper} = {G: undefined, h: undefined, ...rows};
      const prepared = prepareQP({
        Q,
        p: p.map((value) => -value),
        G,
        h,
        ...(qp.k > 0 && {A, b}),
        lower,
        upper,
      });
      prepared.solve();
      const {x, status} = prepared.solve({p});
      assert.equal(status, 0);
      expectClose(x, qp.x, 1e-6, 1e-6);
    }
  });
});
