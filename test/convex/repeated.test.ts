/** @file Sub-expressions that occur many times: text, saved problem and compiled program grow with the number of different ones. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex} from '../../src/index.js';

const {
  abs,
  add,
  lessEqual,
  matMul,
  mul,
  norm1,
  parameter,
  problem,
  problemFromJSON,
  square,
  sub,
  sum,
  sumSquares,
  variable,
} = convex;

/** e + e, `times` times over: 2^times e. */
function doubled(e: convex.Expression, times: number): convex.Expression {
  let result = e;
  for (let i = 0; i < times; i++) result = add(result, result);
  return result;
}

/** min ‖x − b‖² + |x|₁ subject to x ≤ 1, each written with 2^times terms. */
function made(times: number) {
  const [x, b] = [variable('x', [3]), parameter('b', [3])];
  const factor = 2 ** -times;
  return problem({
    minimize: add(
      mul(factor, doubled(sumSquares(sub(x, b)), times)),
      mul(factor, sum(doubled(abs(x), times))),
    ),
    subjectTo: [lessEqual(doubled(x, times), 2 ** times, {name: 'limit'})],
  });
}

describe('sub-expressions that occur many times', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  it('are written once, in the text and in what is saved', () => {
    const lengths = [10, 20, 30].map((times) => {
      const each = made(times);
      return [String(each).length, JSON.stringify(each).length];
    });
    for (const kind of [0, 1]) {
      const [ten, twenty, thirty] = lengths.map((each) => each[kind]);
      assert.isBelow(twenty - ten, 2 * ten);
      assert.isBelow(thirty - twenty, 2 * ten);
    }
    const text = String(made(30));
    assert.include(text, 'where e1 = ');
    assert.equal(text.match(/\bx − b\b/g)?.length, 4);
  });

  it('are the same problem after it was saved and read', () => {
    tf.tidy(() => {
      const given = made(30);
      const again = problemFromJSON(JSON.stringify(given));
      assert.equal(String(again), String(given));
      assert.equal(JSON.stringify(again), JSON.stringify(given));
      const b = tf.tensor2d([[3, 1, -3]]);
      const [one, other] = [given, again].map((each) => Array.from(each.solve({b}).variables.x.dataSync()));
      assert.deepEqual(one, other);
      [1, 0.5, -2.5].forEach((value, i) => assert.closeTo(one[i], value, 1e-6));
      const slope = tf.grad((values: tf.Tensor) => tf.sum(given.solve({b: values}).variables.x))(b);
      assert.deepEqual(Array.from(slope.dataSync(), Math.round), [0, 1, 1]);
    });
  });

  it('are compiled to the same program where they are short, and where the saved problem repeats them', () => {
    tf.tidy(() => {
      const [x, A, b] = [variable('x', [3]), parameter('A', [4, 3]), parameter('b', [4])];
      const [first, second] = ['first', 'second'].map((name) => parameter(name, [], {sign: 'nonNegative'}));
      const error = sub(matMul(A, x), b);
      const twice = {
        squares: add(mul(first, sumSquares(error)), mul(second, sumSquares(error))),
        'one expression': ((s) => add(mul(first, s), mul(second, s)))(sumSquares(error)),
        entries: ((s) => add(mul(first, sum(s)), mul(second, sum(mul([1, 2, 3, 4], s)))))(square(error)),
      };
      const values = {
        A: tf.randomNormal([4, 3], 0, 1, 'float32', 1),
        b: tf.randomNormal([4], 0, 1, 'float32', 2),
        ...{first: 0.3, second: 0.9},
      };
      for (const [name, smooth] of Object.entries(twice)) {
        const given = problem({minimize: add(smooth, norm1(x))});
        const again = problemFromJSON(JSON.stringify(given));
        const solutions = [given, again].map((each) => Array.from(each.solve(values).variables.x.dataSync()));
        assert.deepEqual(solutions[1], solutions[0], name);
      }
    });
  });

  it('have names that no variable has, and none while they are short', () => {
    const x = variable('e1', [3]);
    const long = doubled(x, 6);
    assert.match(String(problem({minimize: sumSquares(long)})), /\n {0}where e2 = e1 \+ e1/);
    const residual = sub(x, 1);
    const short = String(problem({minimize: add(sumSquares(residual), sum(abs(residual)))}));
    assert.equal(short, 'minimize sumSquares(e1 − 1) + sum(|e1 − 1|)');
  });

  it('are marked in the definition in which they stand', () => {
    const x = variable('x', [3]);
    assert.throws(
      () => problem({minimize: sum(x), subjectTo: [lessEqual(1, doubled(abs(x), 30))]}),
      /constraint0: 1 ≤ e\d+[^\n]*\n {2}where e1 = \|x\| \+ [^\n]*\n {13}\^\^\^\n/,
    );
  });

  it('must be defined before they are used', () => {
    const saved = made(30).toJSON();
    assert.isAbove(saved.definitions!.length, 1);
    assert.throws(
      () => problemFromJSON({...saved, definitions: saved.definitions!.toReversed()}),
      /definition/,
    );
  });
});
