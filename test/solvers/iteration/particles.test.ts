/**
 * @file FIRE as a user's own step: discs come to rest in the minimum that a reference in f64 finds, and their sensitivities to a diameter are
 *   right, although the Hessian is singular (all discs may move together, and one that touches no other alone).
 */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, enableHigherOrderGradients, rootJvp, rootVjp} from '../../../src/index.js';
import {fire} from '../../../examples/dynamics/fire.js';
import {energyOf, loose} from '../../../examples/dynamics/packing.js';
import {readReferences} from '../../../examples/dynamics/references.js';
import {describeBackends} from '../../helpers/backends.js';
import {effort, LONG} from '../../helpers/effort.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';

const {packings, theta: THETA} = readReferences();

/** ‖actual − expected‖ / ‖expected‖. */
function distance(actual: tf.Tensor, expected: number[]): number {
  const values = actual.dataSync();
  return Math.hypot(...expected.map((value, i) => values[i] - value)) / Math.hypot(...expected);
}

describeBackends(
  'discs at rest',
  () => {
    before(() => enableHigherOrderGradients());

    for (const packing of packings.slice(0, effort(1, packings.length))) {
      const {x: expected, dx, touchingNone} = packing;
      const [places, slopes] = [expected.flat(), dx.flat()];

      it(`${expected.length} discs, ${touchingNone} of which touch no other`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const energy = energyOf(packing);
            const solver = fire(energy, {onFailure: 'throw'});
            const theta = tf.scalar(THETA);
            const {x, state} = solver.run(tf.tensor2d(packing.start), theta);
            expectClose(state.status, [0]);
            // Each position is right to the rounding to f32. Loose discs end wherever in their gaps rounding took them.
            const found = x.dataSync();
            const isLoose = loose(packing, found, THETA);
            assert.lengthOf(isLoose.filter(Boolean), touchingNone);
            places.forEach((place, i) => {
              const allowed = isLoose[Math.floor(i / 2)] ? 1e-5 : 1e-9;
              assert.isBelow(Math.abs(found[i] - place), 2 ** -24 * Math.abs(place) + allowed);
            });

            assert.isBelow(distance(solver.jvp(x, [theta], [tf.scalar(1)]), slopes), 1e-6);
            const F = conditions.stationary(energy);
            const options = {batched: false, onFailure: 'throw'} as const;
            assert.isBelow(distance(rootJvp(F, x, [theta], [tf.scalar(1)], options), slopes), 1e-6);
            // Reverse mode: ⟨v, dx⟩ for a v of ones and twos.
            const weights = slopes.map((_, i) => 1 + (i % 2));
            const v = tf.tensor2d(weights, [expected.length, 2]);
            const sum = slopes.reduce((all, slope, i) => all + slope * weights[i], 0);
            const size = Math.hypot(...slopes) * Math.hypot(...weights);
            const [back] = rootVjp(F, x, [theta], v, options);
            assert.isBelow(Math.abs(back.dataSync()[0] - sum), 1e-6 * size);
          }),
        ));
    }
  },
  LONG ? undefined : ['wasm'],
);
