/** @file What every differentiable map must show against its definition in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {jvp, vjp} from '../../src/autodiff/index.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {stacked, vjpInF64, type MapCase} from '../zoo/maps.js';
import {expectClose, expectNoLeak} from './expect.js';

/** f32 in, f32 out, of entries of size 1; f64 differences are good to 1e-9. */
const VALUE = 2e-6;
const SLOPE = 4e-6;
const CURVATURE = 1e-5;

/** Defines the tests of one case on the current backend. */
export function testMap(map: MapCase): void {
  const {name, samples, run, reference, curved = false} = map;
  const random = seededRandom(11);
  const cotangents = samples.map(() =>
    reference(...samples[0].map(({values}) => values)).map(() => 2 * random() - 1),
  );
  const d = () => tf.tensor(cotangents.flat(), stacked(map)[0].shape);
  const slopesInF64 = samples.map((inputs, i) =>
    vjpInF64(
      reference,
      inputs.map(({values}) => values),
      cotangents[i],
    ),
  );
  const slopes = (...inputs: tf.Tensor[]) => vjp(run, inputs, d());

  it(`${name}: is its definition in f64`, () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const expected = samples.flatMap((inputs) => reference(...inputs.map(({values}) => values)));
        expectClose(run(...stacked(map)), expected, VALUE);
      }),
    ));

  it(`${name}: has the Jacobian products of its definition, in x and in every parameter`, () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const inputs = stacked(map);
        slopes(...inputs).forEach((slope, k) =>
          expectClose(
            slope,
            slopesInF64.flatMap((lists) => lists[k]),
            SLOPE,
            SLOPE,
          ),
        );
        // Forward mode sees the same Jacobian: ⟨d, J t⟩ = ⟨Jᵀd, t⟩.
        const tangents = inputs.map((input) =>
          tf.tensor(
            Array.from({length: input.size}, () => 2 * random() - 1),
            input.shape,
          ),
        );
        const forward = tf.sum(
          tf.mul(d(), jvp(run as never, inputs as never, tangents as never) as tf.Tensor),
        );
        const backward = slopesInF64.flatMap((lists) => lists.flat());
        const along = samples.flatMap((_, i) =>
          tangents.flatMap((tangent) => Array.from(tf.slice(tangent, i, 1).dataSync())),
        );
        expectClose(
          forward.dataSync()[0],
          backward.reduce((total, value, i) => total + value * along[i], 0),
          SLOPE,
          4 * SLOPE,
        );
      }),
    ));

  if (curved) {
    it(`${name}: has a second derivative`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const inputs = stacked(map);
          // Of a weighted sum of squares of the first, along a direction; the expected value by differences in f64.
          const numbers = () => samples.map((sample) => sample.map(({values}) => values.map(() => random())));
          const [weights, direction] = [numbers(), numbers()];
          const stack = (lists: number[][][], k: number, shape: number[]) =>
            tf.tensor(
              lists.flatMap((sample) => sample[k]),
              shape,
            );
          const energy = (...at: tf.Tensor[]) =>
            tf.addN(
              slopes(...at).map((slope, k) =>
                tf.sum(tf.mul(stack(weights, k, slope.shape), tf.square(slope))),
              ),
            );
          const twice = vjp(energy, inputs, tf.scalar(1));
          const actual = twice.map((slope, k) => tf.sum(tf.mul(slope, stack(direction, k, slope.shape))));
          const expected = samples.map((sample, i) => {
            const along = ([t]: number[]) => {
              const at = sample.map(({values}, k) =>
                values.map((value, l) => value + t * direction[i][k][l]),
              );
              const squares = vjpInF64(reference, at, cotangents[i]).flatMap((list, k) =>
                list.map((value, l) => weights[i][k][l] * value * value),
              );
              return [squares.reduce((total, value) => total + value, 0)];
            };
            return vjpInF64(along, [[0]], [1])[0][0];
          });
          expectClose(
            tf.addN(actual),
            expected.reduce((total, value) => total + value, 0),
            CURVATURE,
            CURVATURE,
          );
        }),
      ));
  }

  it(`${name}: keeps a sample that is NaN to itself`, () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, ...params] = stacked(map);
        const {size} = tf.slice(x, 0, 1);
        const broken = tf.tensor([NaN, ...Array.from(x.dataSync()).slice(1)], x.shape);
        const [good, bad] = [x, broken].map((at) => Array.from(run(at, ...params).dataSync()).slice(size));
        expectClose(bad, good, 1e-6, 1e-7);
      }),
    ));
}
