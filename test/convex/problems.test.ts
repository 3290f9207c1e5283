/** @file Problems of the modelling language: their solutions and gradients are those of the same problem written as matrices. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex, solveQP} from '../../src/index.js';
import {expectNoLeak} from '../helpers/expect.js';

const {
  add,
  equal,
  greaterEqual,
  lessEqual,
  matMul,
  mul,
  norm1,
  parameter,
  problem,
  sub,
  sum,
  sumSquares,
  variable,
} = convex;

const [n, m, B] = [4, 6, 3];

const x = variable('x', [n]);
const A = parameter('A', [m, n]);
const b = parameter('b', [m]);
const lambda = parameter('lambda', [], {sign: 'nonNegative'});
const lasso = problem({
  minimize: add(sumSquares(sub(matMul(A, x), b)), mul(lambda, norm1(x))),
  subjectTo: [lessEqual(x, 1, {name: 'at most one'}), equal(sum(x), 0)],
});

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const distance = (a: tf.Tensor, c: tf.Tensor) => tf.max(tf.abs(tf.sub(a, c))).dataSync()[0];

/** The lasso with matrices: x = u − v, u, v ≥ 0. */
function byHand(values: {A: tf.Tensor; b: tf.Tensor; lambda: tf.Tensor}): tf.Tensor {
  const AtA = tf.matMul(values.A, values.A, true, false);
  const Q = tf.mul(2, tf.concat([tf.concat([AtA, tf.neg(AtA)], 1), tf.concat([tf.neg(AtA), AtA], 1)], 0));
  const Atb = tf.mul(-2, tf.matMul(values.b as tf.Tensor2D, values.A as tf.Tensor2D));
  const p = tf.add(tf.concat([Atb, tf.neg(Atb)], 1), values.lambda);
  const eye = tf.eye(n);
  const G = tf.concat([tf.neg(tf.eye(2 * n)), tf.concat([eye, tf.neg(eye)], 1)], 0);
  const h = tf.concat([tf.zeros([2 * n]), tf.ones([n])], 0);
  const row = tf.concat([tf.ones([1, n]), tf.neg(tf.ones([1, n]))], 1);
  const {x: uv} = solveQP({Q, p, G, h, A: row, b: tf.zeros([1])}, {onFailure: 'throw'});
  return tf.sub(tf.slice(uv, [0, 0], [-1, n]), tf.slice(uv, [0, n], [-1, n]));
}

describe('problems of the modelling language', () => {
  before(async () => {
    await tf.setBackend('wasm');
  });

  it('read as on paper', () => {
    assert.equal(
      String(lasso),
      'minimize sumSquares(A x − b) + lambda · norm1(x)\nsubject to x ≤ 1   (at most one)\n           sum(x) = 0',
    );
    assert.equal(lasso.kind, 'quadratic');
  });

  it('have the solution and the gradients of the same problem with matrices', () => {
    tf.tidy(() => {
      const weights = random([B, n], 9);
      const values = [random([m, n], 1), random([B, m], 2), tf.scalar(0.5)];
      const solve = (way: (...values: tf.Tensor[]) => tf.Tensor) =>
        tf.valueAndGrads((...given: tf.Tensor[]) => tf.sum(tf.mul(weights, way(...given))))(values);
      const ours = solve((A, b, lambda) => lasso.solve({A, b, lambda}, {onFailure: 'throw'}).variables.x);
      const theirs = solve((A, b, lambda) => byHand({A, b, lambda}));
      assert.isBelow(distance(ours.value, theirs.value), 1e-5);
      ours.grads.forEach((gradient, i) =>
        assert.isBelow(distance(gradient, theirs.grads[i]), 2e-5, `gradient ${i}`),
      );
    });
  });

  it('take a batch of any parameter, or none', () => {
    tf.tidy(() => {
      const values = {A: random([B, m, n], 1), b: random([m], 2), lambda: random([B], 3).abs()};
      const {variables, duals, value, status} = lasso.solve(values);
      assert.deepEqual(variables.x.shape, [B, n]);
      assert.deepEqual(duals['at most one'].shape, [B, n]);
      assert.deepEqual(duals.constraint1.shape, [B]);
      assert.deepEqual([value.shape, status.shape], [[B], [B]]);
      for (let i = 0; i < B; i++) {
        const one = lasso.solve({
          A: tf.gather(values.A, i),
          b: values.b,
          lambda: tf.gather(values.lambda, i),
        });
        assert.deepEqual(one.variables.x.shape, [n]);
        assert.deepEqual(one.value.shape, []);
        assert.isBelow(distance(one.variables.x, tf.gather(variables.x, i)), 1e-6);
      }
    });
  });

  it('sum the gradient of a shared parameter over the batch', () => {
    tf.tidy(() => {
      const [shared, many] = [random([m, n], 1), random([B, m], 2)];
      const loss = (A: tf.Tensor) => tf.sum(tf.square(lasso.solve({A, b: many, lambda: 0.1}).variables.x));
      const whole = tf.grad(loss)(shared);
      const each = tf.grad(loss)(tf.tile(tf.expandDims(shared, 0), [B, 1, 1]));
      assert.isBelow(distance(whole, tf.sum(each, 0)), 1e-5);
    });
  });

  it('multiply parameters with each other, and compute with them before they meet a variable', () => {
    tf.tidy(() => {
      const [r, s] = [parameter('r', [n]), parameter('s', [n])];
      const product = problem({
        minimize: sumSquares(sub(mul(r, mul(s, x)), 1)),
        subjectTo: [lessEqual(x, 9)],
      });
      const computed = problem({
        minimize: sumSquares(sub(x, mul(convex.exp(r), convex.square(s)))),
      });
      const [ofR, ofS] = [tf.tensor1d([1, 2, -1, 0.5]), tf.tensor1d([2, 1, 1, -2])];
      const ones = product.solve({r: ofR, s: ofS}).variables.x;
      assert.isBelow(distance(ones, tf.div(1, tf.mul(ofR, ofS))), 1e-5);
      const target = tf.mul(tf.exp(ofR), tf.square(ofS));
      assert.isBelow(distance(computed.solve({r: ofR, s: ofS}).variables.x, target), 1e-4);
      const gradient = tf.grad((given: tf.Tensor) => tf.sum(computed.solve({r: given, s: ofS}).variables.x))(
        ofR,
      );
      assert.isBelow(distance(gradient, target), 1e-4);
    });
  });

  it('give multipliers that say what relaxing a constraint gains', () => {
    tf.tidy(() => {
      const limit = parameter('limit');
      const plan = problem({
        maximize: sub(sum(x), sumSquares(x)),
        subjectTo: [lessEqual(sum(x), limit, {name: 'budget'}), greaterEqual(x, 0, {name: 'no debt'})],
      });
      const {duals, value} = plan.solve({limit: 1});
      assert.closeTo(value.dataSync()[0], 1 - 1 / n, 1e-6);
      const gained = tf.grad((given: tf.Tensor) => plan.solve({limit: given}).value)(tf.scalar(1));
      assert.closeTo(duals.budget.dataSync()[0], gained.dataSync()[0], 1e-6);
      assert.isBelow(tf.max(tf.abs(duals['no debt'])).dataSync()[0], 1e-8);
    });
  });

  it('explain which constraints contradict each other, and which matter', () => {
    const [low, high] = [parameter('low'), parameter('high')];
    const y = variable('y');
    const between = problem({
      minimize: convex.square(y),
      subjectTo: [
        greaterEqual(y, low, {name: 'demand'}),
        lessEqual(y, high, {name: 'capacity'}),
        lessEqual(y, 100, {name: 'far'}),
      ],
    });
    const contradiction = between.explain({low: 3, high: 2});
    assert.equal(contradiction.status, 1);
    assert.sameMembers(
      contradiction.contradiction.map(({name}) => name),
      ['demand', 'capacity'],
    );
    assert.include(contradiction.text, "'demand'");
    const solved = between.explain({low: 1, high: 2});
    assert.deepEqual(
      solved.active.map(({name}) => name),
      ['demand'],
    );
    assert.closeTo(solved.active[0].weights[0], 2, 1e-6);
  });

  it('know the sign of variables', () => {
    tf.tidy(() => {
      const u = variable('u', [2], {sign: 'nonNegative'});
      const target = parameter('target', [2]);
      const {variables} = problem({minimize: sumSquares(sub(u, target))}).solve({
        target: tf.tensor1d([-1, 2]),
      });
      assert.isBelow(distance(variables.u, tf.tensor1d([0, 2])), 1e-6);
    });
  });

  it('are the same after they were written and read', () => {
    tf.tidy(() => {
      const again = convex.problemFromJSON(JSON.stringify(lasso));
      assert.equal(String(again), String(lasso));
      const values = {A: random([m, n], 1), b: random([m], 2), lambda: 0.3};
      assert.equal(distance(again.solve(values).variables.x, lasso.solve(values).variables.x), 0);
    });
  });

  it('leave no tensors behind, also if they throw', async () => {
    await expectNoLeak(() => {
      tf.tidy(() => void lasso.solve({A: random([m, n], 1), b: random([m], 2), lambda: 0.3}));
      assert.throws(
        () => lasso.solve({A: [[1]], b: [1], lambda: 1}),
        /'A' has the shape \[1,1\]; expected \[6, 4\]/,
      );
      lasso.explain({A: tf.tidy(() => random([m, n], 1).arraySync()), b: [1, 2, 3, 4, 5, 6], lambda: 1});
    });
  });

  it('say what is wrong with values', () => {
    assert.throws(() => lasso.solve({b: [1], lambda: 1}), /'A' is missing/);
    assert.throws(() => lasso.solve({A: [[1]], b: [1], lamda: 1}), /unknown parameter 'lamda'.*'lambda'/);
  });
});
