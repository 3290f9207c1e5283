/** @file Routines on arrays in a WebAssembly memory, against the same ones on plain arrays. */
import {assert} from 'chai';
import fc from 'fast-check';
import {giveBackArrays, takeArrays} from '../../../src/kernels/index.js';
import {ROUTINES} from '../../../src/programs/routines/index.js';
import {product} from '../../../src/programs/routines/types.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {expectNear} from '../../kernels/twins/compare.js';

/** Small integers, so that many are equal, and now and then one that is special. */
function numbers(length: number, random: () => number): number[] {
  const special = [NaN, Infinity, -Infinity, -0, 1e300];
  return Array.from({length}, () =>
    random() < 0.1 ? special[Math.floor(special.length * random())] : Math.round(6 * random()) - 3,
  );
}

/** Runs the routine on both kinds of arrays. */
function compare(
  kernel: string,
  shapes: Record<string, number[]>,
  shape: number[],
  attributes: Record<string, unknown>,
  seed: number,
  tolerance = 0,
): void {
  const names = Object.keys(shapes);
  const lengths = [...names.map((name) => product(shapes[name])), product(shape)];
  const {kernels, arrays} = takeArrays(lengths);
  assert.equal(kernels.name, 'host');
  const [expected, actual] = [lengths.map((length) => new Float64Array(length)), arrays].map((places) => {
    const random = seededRandom(seed);
    const inputs = Object.fromEntries(
      names.map((name, i) => {
        places[i].set(numbers(lengths[i], random));
        return [name, [{data: places[i], shape: shapes[name], dtype: 'float32' as const}]];
      }),
    );
    const out = places[names.length].fill(7);
    ROUTINES[kernel]({inputs, outputs: [{data: out, shape, dtype: 'float32'}], attributes})();
    return Float64Array.from(out);
  });
  giveBackArrays(kernels);
  expectNear(actual, expected, tolerance);
}

const BINARY = [
  ...['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'SquaredDifference'],
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual'],
];
const shapeOf = (most: number) => fc.array(fc.integer({min: 0, max: 7}), {maxLength: most});

describe('routines in WebAssembly', () => {
  it('functions of two entries, with all ways of broadcasting', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...BINARY),
        shapeOf(4),
        fc.array(fc.boolean(), {minLength: 4, maxLength: 4}),
        fc.array(fc.boolean(), {minLength: 4, maxLength: 4}),
        fc.nat({max: 4}),
        fc.nat(),
        (kernel, shape, ones, others, lead, seed) => {
          // An axis that one operand is repeated along is whole in the other.
          const a = shape.map((size, axis) => (ones[axis] ? 1 : size));
          const b = shape.map((size, axis) => (others[axis] && !ones[axis] ? 1 : size));
          const cut = a.findIndex((size) => size !== 1);
          const short = a.slice(Math.min(lead, cut < 0 ? a.length : cut));
          compare(kernel, {a: short, b}, shape, {}, seed);
          compare(kernel, {a: b, b: short}, shape, {}, seed);
        },
      ),
      {numRuns: 1000},
    ));

  it('functions of one entry, and choices', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('Neg', 'Abs', 'Sqrt', 'Square', 'Relu'),
        fc.nat({max: 40}),
        fc.nat(),
        (kernel, n, seed) => {
          compare(kernel, {x: [n]}, [n], {}, seed);
          compare('Select', {condition: [n], t: [n], e: [n]}, [n], {}, seed);
          compare('Select', {condition: [n], t: [n, 3], e: [n, 3]}, [n, 3], {}, seed);
        },
      ),
    ));

  it('sums over any axes', () =>
    fc.assert(
      fc.property(
        shapeOf(4),
        fc.array(fc.boolean(), {minLength: 4, maxLength: 4}),
        fc.nat(),
        (shape, chosen, seed) => {
          const axis = shape.map((_, i) => i).filter((i) => chosen[i]);
          const kept = shape.filter((_, i) => !chosen[i]);
          compare('Sum', {x: shape}, kept, {axis}, seed, 1e-14);
        },
      ),
      {numRuns: 500},
    ));

  it('sums over long axes', () => {
    for (const n of [1, 7, 8, 9, 100, 1001]) {
      compare('Sum', {x: [3, n]}, [3], {axis: [1]}, n, 1e-13);
      compare('Sum', {x: [n, 3]}, [3], {axis: [0]}, n, 1e-13);
    }
  });
});
