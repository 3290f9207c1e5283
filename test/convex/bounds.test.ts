/** @file Inequalities of one variable each become bounds of `solveQP`, with the results that they have as rows. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import type {QuadraticProgram} from '../../src/convex/compile/quadratic-program.js';
import {packed, type ParameterValue} from '../../src/convex/parameter-values.js';
import {convex} from '../../src/index.js';

const {add, equal, greaterEqual, lessEqual, matMul, mul, parameter, problem, slice, sub, sum} = convex;
const {sumSquares, variable} = convex;

const [n, B] = [4, 6];

/** What `solveQP` gets. */
function dataOf(of: convex.ConvexProblem, values: Record<string, ParameterValue>) {
  return (of.program as QuadraticProgram).dataOf(packed(of, values).theta) as unknown as Record<
    string,
    tf.Tensor
  >;
}

const shapesOf = (of: convex.ConvexProblem, values: Record<string, ParameterValue>) =>
  Object.fromEntries(Object.entries(dataOf(of, values)).map(([name, {shape}]) => [name, shape]));

/** The nearest point to `to` within bounds of all kinds; with `asRows` each row has a second variable, which is zero. */
function within(asRows: boolean) {
  const [x, zero] = [variable('x', [n]), variable('zero')];
  const alike = (e: convex.Expression) => (asRows ? add(e, zero) : e);
  const [low, high] = [parameter('low', [n]), parameter('high')];
  return problem({
    minimize: add(sumSquares(sub(x, parameter('to', [n]))), sumSquares(zero)),
    subjectTo: [
      equal(zero, 0, {name: 'zero'}),
      lessEqual(sum(x), 2, {name: 'sum'}),
      lessEqual(alike(x), 1, {name: 'one'}),
      greaterEqual(alike(x), low, {name: 'low'}),
      greaterEqual(alike(mul(-3, slice(x, 1, 2))), sub(mul(2, high), 4), {name: 'high'}),
      lessEqual(-2, alike(slice(x, 0, 2)), {name: 'also low'}),
      lessEqual(alike(add(x, x)), 8, {name: 'far'}),
    ],
  });
}

const given = () => ({
  to: tf.mul(3, tf.randomNormal([B, n], 0, 1, 'float32', 3)),
  // The last sample is infeasible.
  low: tf.tensor2d([...Array.from({length: B - 1}, (_, i) => [-3, -1, -0.5, 0.1 * i]), [-3, 1.5, -3, -3]]),
  high: tf.tensor1d([0, 1, 2, 0.6, -1, 0]),
});

const list = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

function near(found: tf.Tensor, expected: tf.Tensor, tolerance: number, what: string): void {
  const [own, other] = [list(found), list(expected)];
  own.forEach((value, i) => assert.closeTo(value, other[i], tolerance, `${what}, entry ${i}`));
}

describe('bounds in problems of the modelling language', () => {
  before(async () => {
    await tf.setBackend('wasm');
  });

  it('have the solutions, multipliers, statuses and gradients that they have as rows', () => {
    tf.tidy(() => {
      const [bounded, rows] = [within(false), within(true)];
      assert.hasAllKeys(dataOf(bounded, given()), ['Q', 'p', 'G', 'h', 'A', 'b', 'lower', 'upper']);
      assert.doesNotHaveAnyKeys(dataOf(rows, given()), ['lower', 'upper']);
      const [own, other] = [bounded, rows].map((each) => each.solve(given(), {onFailure: 'ignore'}));
      assert.deepEqual(list(own.status), [...Array<number>(B - 1).fill(0), 1]);
      assert.deepEqual(list(own.status), list(other.status));
      near(own.variables.x, other.variables.x, 1e-6, 'x');
      for (const name of ['sum', 'one', 'low', 'high', 'also low', 'far']) {
        near(own.duals[name], other.duals[name], 1e-5, name);
      }
      assert.isTrue(['one', 'low', 'high'].every((name) => list(own.duals[name]).some((dual) => dual > 0.1)));
      const gradients = (of: convex.ConvexProblem) =>
        tf.grads((to, low, high) => {
          const {variables, duals, value} = of.solve({to, low, high}, {onFailure: 'ignore'});
          const weighted = Object.values({...variables, ...duals, zero: tf.zeros([1])}).map((tensor, i) =>
            tf.sum(tf.mul(tf.cos(tf.add(i, tf.range(0, tensor.size))), tf.reshape(tensor, [-1]))),
          );
          return tf.addN([tf.sum(value), ...weighted]) as tf.Scalar;
        })(Object.values(given()));
      const theirs = gradients(rows);
      gradients(bounded).forEach((gradient, i) => near(gradient, theirs[i], 1e-4, `gradient ${i}`));
    });
  });

  it('leave what a batch of limits does not reach shared', () => {
    tf.tidy(() => {
      const x = variable('x', [n], {sign: 'nonNegative'});
      const [A, b, limit] = [parameter('A', [2, n]), parameter('b', [2]), parameter('limit', [n])];
      const fit = problem({
        minimize: sumSquares(sub(matMul(A, x), 1)),
        subjectTo: [lessEqual(x, limit), lessEqual(matMul(A, x), b)],
      });
      const values = {A: tf.ones([2, n]), b: tf.ones([2]), limit: tf.ones([B, n])};
      const shared = {Q: [n, n], p: [B, n], G: [2, n], lower: [n]};
      assert.deepEqual(shapesOf(fit, values), {...shared, h: [2], upper: [B, n]});
      const others = {...values, b: tf.ones([B, 2]), limit: tf.ones([n])};
      assert.deepEqual(shapesOf(fit, others), {...shared, h: [B, 2], upper: [n]});
      const zeros = fit.solve({A: tf.zeros([2, n]), b: [1, 1], limit: tf.fill([n], Infinity)});
      assert.deepEqual(list(zeros.status), [0]);
    });
  });

  it('are rows where few variables have one', () => {
    tf.tidy(() => {
      const x = variable('x', [n]);
      const few = problem({
        minimize: sumSquares(x),
        subjectTo: [greaterEqual(slice(x, 0, 1), 1, {name: 'first'}), lessEqual(x, 3)],
      });
      assert.deepEqual(shapesOf(few, {}), {Q: [n, n], p: [1, n], G: [1, n], h: [1], upper: [n]});
      assert.closeTo(few.solve().duals.first.dataSync()[0], 2, 1e-6);
    });
  });

  it('contradict each other by name', () => {
    const x = variable('x', [2], {sign: 'nonNegative'});
    const [low, high] = [parameter('low', [2]), parameter('high')];
    const between = problem({
      minimize: sum(x),
      subjectTo: [
        lessEqual(x, 100, {name: 'far'}),
        greaterEqual(mul(2, x), low, {name: 'demand'}),
        lessEqual(x, 50, {name: 'not so far'}),
        lessEqual(sum(x), high, {name: 'capacity'}),
      ],
    });
    const names = (values: Record<string, ParameterValue>) =>
      between.explain(values).contradiction.map(({name}) => name);
    assert.sameMembers(names({low: [0, 120], high: 1000}), ['not so far', 'demand']);
    assert.sameMembers(names({low: [4, 4], high: 3}), ['capacity', 'demand']);
    const {contradiction} = between.explain({low: [0, 120], high: 1000});
    const [demand, limit] = ['demand', 'not so far'].map((each) => {
      const {entries, weights} = contradiction.find(({name}) => name === each)!;
      return [0, 1].map((entry) => (entries.includes(entry) ? weights[entries.indexOf(entry)] : 0));
    });
    // Their weighted sum is (limit − 2 demand)ᵀx ≤ 50 Σ limit − 120 demand₁: at least zero for x ≥ 0, and below zero.
    [0, 1].forEach((entry) => assert.isAtLeast(limit[entry] - 2 * demand[entry], -1e-6));
    assert.isBelow(50 * (limit[0] + limit[1]) - 120 * demand[1], -0.1);
    const solved = between.explain({low: [4, 6], high: 9});
    assert.deepEqual(
      solved.active.map(({name, entries}) => [name, entries]),
      [['demand', [0, 1]]],
    );
    solved.active[0].weights.forEach((weight) => assert.closeTo(weight, 0.5, 1e-6));
  });

  it('of which none can be active have multipliers and gradients of zero', () => {
    tf.tidy(() => {
      const [x, target] = [variable('x', [3]), parameter('target', [3])];
      const near = problem({
        minimize: sumSquares(sub(x, target)),
        subjectTo: [lessEqual(x, 1, {name: 'limit'}), lessEqual(x, 2, {name: 'idle'})],
      });
      const at = tf.tensor1d([3, 0, 2]);
      const idle = (values: tf.Tensor) => near.solve({target: values}).duals.idle;
      assert.deepEqual(Array.from(idle(at).dataSync()), [0, 0, 0]);
      assert.deepEqual(
        Array.from(
          tf
            .grad((v: tf.Tensor) => tf.sum(idle(v)))(at)
            .dataSync(),
        ),
        [0, 0, 0],
      );
    });
  });
});
