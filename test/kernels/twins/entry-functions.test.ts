/** @file Functions of entries in WebAssembly are those of JavaScript to a few units in the last place, also at the ends of their range. */
import {expect} from 'chai';
import {REDUCTIONS, takeArrays, UNARY_ENTRIES} from '../../../src/kernels/index.js';
import {createHostArrays} from '../../../src/kernels/twins/host/arrays.js';

type Unary = keyof typeof UNARY_ENTRIES;

const EXACT: Record<Unary, (x: number) => number> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Cos: Math.cos,
  Elu: (x) => (x >= 0 ? x : Math.expm1(x)),
  Exp: Math.exp,
  Expm1: Math.expm1,
  Floor: Math.floor,
  IsFinite: (x) => Number(Number.isFinite(x)),
  IsNan: (x) => Number(Number.isNaN(x)),
  Log: Math.log,
  Log1p: Math.log1p,
  LogicalNot: (x) => Number(x === 0),
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => (x <= 0 ? 0 : x),
  // Halves to even integers: 2 · round(x/2) is the even one of the two that are as near.
  Round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) + 0 : Math.round(x)),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  Sin: Math.sin,
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
  Tanh: Math.tanh,
};

const SPECIAL = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, NaN, Infinity, -Infinity, 1e-300, 5e-324, 1e-310, -1e-310],
  ...[709.7, 709.79, 710, -708, -744, -745.2, -746, -1e300, 1e300, 20, 19.9, -22, 36, -36, 37, -40],
  ...[Math.PI, Math.PI / 2, -Math.PI, 3 * Math.PI, 1e5, 999999, 1e7, -1e15, Number.MAX_VALUE],
  ...[Math.SQRT1_2, Math.SQRT2, 1 - 2 ** -53, 1 + 2 ** -52, 2 ** -1022, 1e-8, -1e-8, -0.99999999],
];

function samples(): number[] {
  const values = [...SPECIAL];
  for (let i = 0; i < 4001; i++) {
    const t = (i - 2000) / 2000;
    values.push(t, 40 * t, 750 * t, 2e5 * t, Math.sign(t) * 10 ** (300 * Math.abs(t) - 290));
  }
  return values;
}

describe('functions of entries in WebAssembly', () => {
  before(function () {
    if (!createHostArrays()) this.skip();
  });

  for (const kernel of Object.keys(UNARY_ENTRIES) as Unary[]) {
    it(kernel, () => {
      const values = samples();
      const {
        kernels,
        arrays: [x, out],
      } = takeArrays([values.length, values.length]);
      x.set(values);
      kernels.entries!.unary(kernel, x, out)();
      // Between neighbouring subnormal numbers the relative distance is larger. A sine near a multiple of π has few exact digits left.
      const least = kernel === 'Sin' || kernel === 'Cos' ? 1e-16 : 5e-324;
      const isRight = (value: number, found: number, right: number) =>
        // Also the sign of zero.
        !Number.isFinite(right) || (value === 0 && right === 0)
          ? Object.is(found, right)
          : Math.abs(found - right) <= Math.max(1e-15 * Math.abs(right), least);
      const wrong = values.flatMap((value, i) => {
        const right = EXACT[kernel](value);
        return isRight(value, out[i], right) ? [] : [`${kernel}(${value}) = ${out[i]}, not ${right}`];
      });
      expect(wrong).to.eql([]);
    });
  }

  it('clips', () => {
    const values = samples();
    const {
      kernels,
      arrays: [x, out],
    } = takeArrays([values.length, values.length]);
    x.set(values);
    kernels.entries!.clip(x, -0.25, 3, out)();
    expect([...out]).to.eql(values.map((value) => (value > 3 ? 3 : value < -0.25 ? -0.25 : value)));
  });

  const flag = (value: boolean) => Number(value);
  const REDUCE: Record<keyof typeof REDUCTIONS, (values: number[]) => number> = {
    Max: (values) => Math.max(...values),
    Min: (values) => Math.min(...values),
    Prod: (values) => values.reduce((a, b) => a * b, 1),
    All: (values) => flag(values.every((value) => value !== 0)),
    Any: (values) => flag(values.some((value) => value !== 0)),
  };

  for (const kernel of Object.keys(REDUCTIONS) as (keyof typeof REDUCTIONS)[]) {
    it(`${kernel} over an axis of any length`, () => {
      for (const [outer, count, inner] of [
        ...[
          [1, 1, 1],
          [3, 2, 1],
          [2, 5, 1],
          [4, 7, 1],
          [2, 3, 2],
          [3, 4, 5],
        ],
        ...[
          [1, 6, 3],
          [5, 1, 7],
        ],
      ]) {
        for (const special of [null, NaN, 0, Infinity]) {
          const size = outer * count * inner;
          const values = Array.from({length: size}, (_, i) => Math.sin(i + 1) * (kernel === 'Any' ? 0 : 1));
          if (special !== null) values[0] = special;
          if (special !== null) values[size - 1] = special;
          const {
            kernels,
            arrays: [x, out],
          } = takeArrays([size, outer * inner]);
          x.set(values);
          kernels.entries!.reduce(kernel, x, outer, count, inner, out)();
          for (let i = 0; i < outer; i++) {
            for (let j = 0; j < inner; j++) {
              const column = Array.from({length: count}, (_, k) => values[(i * count + k) * inner + j]);
              const [got, right] = [out[i * inner + j], REDUCE[kernel](column)];
              if (Number.isFinite(right)) expect(got).to.be.closeTo(right, 1e-15);
              else expect(got).to.eql(right);
            }
          }
        }
      }
    });
  }

  it('softmax of rows of any length', () => {
    for (const columns of [1, 2, 3, 5, 8]) {
      const rows = 3;
      const values = Array.from({length: rows * columns}, (_, i) => 400 * Math.sin(3 * i + 1));
      const {
        kernels,
        arrays: [x, out],
      } = takeArrays([values.length, values.length]);
      x.set(values);
      kernels.entries!.softmax(x, rows, columns, out)();
      for (let i = 0; i < rows; i++) {
        const row = values.slice(i * columns, (i + 1) * columns);
        const weights = row.map((value) => Math.exp(value - Math.max(...row)));
        const total = weights.reduce((a, b) => a + b);
        weights.forEach((weight, j) => {
          expect(out[i * columns + j]).to.be.closeTo(weight / total, 1e-15);
        });
      }
    }
  });
});
