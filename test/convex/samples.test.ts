/** @file Batches of problems of the modelling language in which some samples fail, and problems of unusual form. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex} from '../../src/index.js';
import {expectNoLeak} from '../helpers/expect.js';

const {add, equal, greaterEqual, lessEqual, matMul, mul, norm1, norm2, parameter, problem, sub, sum} = convex;
const {square, sumSquares, variable} = convex;

const quiet: convex.SolveOptions = {onFailure: 'ignore'};

function expectFinite(tensors: Record<string, tf.Tensor>): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    assert.isTrue(Array.from(tensor.dataSync()).every(Number.isFinite), `${name}: ${String(tensor)}`);
  }
}

const list = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

function near(tensor: tf.Tensor, expected: readonly number[], tolerance = 1e-5): void {
  const found = list(tensor);
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => assert.closeTo(value, expected[i], tolerance));
}

/** The nearest point to a between limits, with a norm that has no derivative at zero, and a shared factor. */
function limited(conic: boolean) {
  const x = variable('x', [2]);
  const a = parameter('a', [2]);
  const [low, high] = [parameter('low', [2]), parameter('high', [2])];
  const scale = parameter('scale', [], {sign: 'nonNegative'});
  const far = conic ? norm2(sub(x, a)) : sumSquares(sub(x, a));
  return problem({
    minimize: add(mul(scale, far), square(parameter('offset'))),
    subjectTo: [greaterEqual(x, low, {name: 'low'}), lessEqual(x, high, {name: 'high'})],
  });
}

describe('samples of problems of the modelling language', () => {
  before(async () => {
    await tf.setBackend('wasm');
  });

  for (const conic of [false, true]) {
    const kind = conic ? 'conic' : 'quadratic';

    it(`that fail leave the others alone (${kind})`, () => {
      const {NaN: none} = Number;
      const given = {
        a: tf.tensor2d([
          [3, 4],
          [3, 4],
          [none, 4],
          [3, 4],
        ]),
        low: tf.tensor2d([
          [0, 0],
          [2, 0],
          [0, 0],
          [0, 0],
        ]),
        high: tf.tensor2d([
          [1, 1],
          [1, 1],
          [1, 1],
          [1, 2],
        ]),
        scale: tf.scalar(2),
        offset: tf.scalar(3),
      };
      tf.tidy(() => {
        const found = limited(conic).solve(given, quiet);
        assert.deepEqual(list(found.status), [0, 1, 5, 0]);
        expectFinite({...found.variables, ...found.duals, value: found.value, residual: found.residual});
        near(found.variables.x, [1, 1, 0, 0, 0, 0, 1, 2], conic ? 1e-4 : 1e-5);
        const values = conic ? [Math.sqrt(13), Math.sqrt(8)] : [13, 8];
        near(found.value, [2 * values[0] + 9, 0, 0, 2 * values[1] + 9], 1e-3);
        const names = ['a', 'low', 'high', 'scale', 'offset'] as const;
        const gradients = tf.grads((...tensors: tf.Tensor[]) => {
          const {variables, value} = limited(conic).solve(
            Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
            quiet,
          );
          return tf.add(tf.sum(value), tf.sum(variables.x));
        })(names.map((name) => given[name]));
        expectFinite(Object.fromEntries(names.map((name, i) => [name, gradients[i]])));
        near(gradients[3], [values[0] + values[1]], 1e-3);
        near(gradients[4], [2 * 6], 1e-4);
      });
      tf.dispose(given);
    });

    it(`have a status 5 if a parameter is NaN of which the solution does not depend (${kind})`, () => {
      tf.tidy(() => {
        const values = {a: [3, 4], low: [0, 0], high: [1, 1], scale: 2, offset: tf.tensor1d([1, NaN])};
        const {status, value, variables} = limited(conic).solve(values, quiet);
        assert.deepEqual(list(status), [0, 5]);
        expectFinite({value, x: variables.x});
      });
    });

    it(`leave no tensors behind when they throw (${kind})`, async () => {
      const made = limited(conic);
      const values = {a: [3, 4], low: [2, 2], high: [1, 1], scale: 2, offset: 0};
      const given = tf.tensor1d([1, 2]);
      const loss = (a: tf.Tensor) => made.solve({...values, a}, {onFailure: 'throw'}).value;
      await expectNoLeak(() => {
        assert.throws(() => made.solve(values, {onFailure: 'throw'}), /infeasible/);
        assert.throws(() => tf.grad(loss)(given), /infeasible/);
        assert.throws(() => made.solve({...values, a: [[1, 2, 3]]}), /shape/);
      });
      given.dispose();
    });
  }

  it('that are unbounded have the status 2', () => {
    tf.tidy(() => {
      const [x, c, d] = [variable('x', [2]), parameter('c', [2]), parameter('d')];
      const linear = problem({minimize: matMul(c, x), subjectTo: [greaterEqual(x, d), lessEqual(sum(x), 9)]});
      const {status, value, variables} = linear.solve(
        {
          c: [
            [1, 2],
            [-1, -1.5],
            [1, -1],
          ],
          d: [0, 1, -1],
        },
        quiet,
      );
      assert.deepEqual(list(status), [0, 0, 0]);
      near(value, [0, -8 * 1.5 - 1, -11]);
      const free = problem({minimize: matMul(c, x), subjectTo: [lessEqual(x, d)]});
      const other = free.solve(
        {
          c: [
            [1, 2],
            [-1, -2],
          ],
          d: 3,
        },
        quiet,
      );
      assert.deepEqual(list(other.status), [2, 0]);
      expectFinite({...other.variables, ...other.duals, value: other.value});
      assert.deepEqual(variables.x.shape, [3, 2]);
    });
  });

  it('of a conic problem that are unbounded or infeasible have the status 2 or 1', () => {
    tf.tidy(() => {
      const [x, c, r] = [variable('x', [2]), parameter('c', [2]), parameter('r')];
      const ball = problem({minimize: matMul(c, x), subjectTo: [lessEqual(norm2(x), r)]});
      const {status, value} = ball.solve({c: [3, 4], r: [2, -1]}, quiet);
      assert.deepEqual(list(status), [0, 1]);
      near(value, [-10, 0], 1e-4);
      const t = variable('t');
      const cone = problem({
        minimize: sub(mul(2, norm2(x)), mul(parameter('k'), t)),
        subjectTo: [equal(sum(x), t)],
      });
      assert.deepEqual(list(cone.solve({k: [0.5, 4]}, quiet).status), [0, 2]);
    });
  });

  it('share a matrix: the value has a gradient in it', () => {
    tf.tidy(() => {
      const [x, A, P] = [variable('x', [2]), parameter('A', [2, 2]), parameter('P', [2, 2], {psd: true})];
      const k = parameter('k', [2]);
      const made = problem({
        minimize: add(
          norm1(matMul(A, x)),
          convex.quadForm(x, P),
          norm1(convex.convolution(k, x)),
          norm1(matMul(convex.stack([x, x]), A)),
        ),
        subjectTo: [equal(x, parameter('at', [2]))],
      });
      const values = [
        tf.tensor2d([[1, 2], [3, -4]]), // prettier-ignore
        tf.tensor2d([[2, 1], [1, 3]]), // prettier-ignore
        tf.tensor1d([1, -1]),
        tf.tensor2d([[1, 2], [-2, 1], [0.5, -3]]), // prettier-ignore
      ];
      const loss = (...[ofA, ofP, ofK, at]: tf.Tensor[]) =>
        tf.sum(made.solve({A: ofA, P: ofP, k: ofK, at}, {onFailure: 'throw'}).value);
      const shared = tf.grads(loss)(values);
      const each = tf.grads(loss)([
        ...values
          .slice(0, 3)
          .map((value) => tf.tile(tf.expandDims(value, 0), [3, ...value.shape.map(() => 1)])),
        values[3],
      ]);
      shared.forEach((gradient, i) => near(gradient, list(i < 3 ? tf.sum(each[i], 0) : each[i]), 1e-4));
    });
  });

  it('of one sample keep their batch', () => {
    tf.tidy(() => {
      const [x, b] = [variable('x', [2]), parameter('b', [2])];
      const nearest = problem({
        minimize: sumSquares(sub(x, b)),
        subjectTo: [equal(sum(x), 1, {name: 'one'})],
      });
      const {variables, duals, value, status} = nearest.solve({b: tf.tensor2d([[0, 0]])});
      assert.deepEqual(
        [variables.x.shape, duals.one.shape, value.shape, status.shape],
        [[1, 2], [1], [1], [1]],
      );
    });
  });
});

describe('problems of unusual form', () => {
  before(async () => {
    await tf.setBackend('wasm');
  });

  const x = variable('x', [2]);

  it('without constraints or parameters', () => {
    tf.tidy(() => {
      const {variables, value} = problem({minimize: sumSquares(sub(x, [1, -2]))}).solve();
      near(variables.x, [1, -2]);
      near(value, [0]);
    });
  });

  it('whose objective is a constant, or nothing but a variable that vanishes', () => {
    tf.tidy(() => {
      const constant = problem({minimize: 3, subjectTo: [equal(x, [1, 2])]}).solve();
      near(constant.variables.x, [1, 2]);
      near(constant.value, [3]);
      const vanishing = problem({minimize: mul(0, sum(x)), subjectTo: [equal(sum(x), 2)]}).solve();
      near(vanishing.variables.x, [1, 1]);
    });
  });

  it('with constraints without variables, which hold or do not', () => {
    tf.tidy(() => {
      const p = parameter('p');
      for (const far of [sumSquares, norm2]) {
        const asked = problem({minimize: far(sub(x, 1)), subjectTo: [lessEqual(p, 1, {name: 'p'})]});
        const {status, duals} = asked.solve({p: [0.5, 2]}, quiet);
        assert.deepEqual(list(status), [0, 1]);
        expectFinite(duals);
      }
    });
  });

  it('with parameters in the constant part of the objective alone: the gradient of x is zero', () => {
    tf.tidy(() => {
      const p = parameter('p');
      for (const far of [sumSquares, norm2]) {
        const moved = problem({minimize: add(far(sub(x, 1)), square(p)), subjectTo: [lessEqual(x, 0.5)]});
        const ofX = tf.grad((given: tf.Tensor) => tf.sum(moved.solve({p: given}).variables.x));
        const ofValue = tf.grad((given: tf.Tensor) => moved.solve({p: given}).value);
        near(ofX(tf.scalar(3)), [0]);
        near(ofValue(tf.scalar(3)), [6]);
      }
    });
  });

  it('at a point where the objective has no derivative: the gradient of its value is finite', () => {
    tf.tidy(() => {
      const a = parameter('a', [2]);
      const X = variable('X', [2, 2]);
      const cases = [
        problem({minimize: norm2(sub(x, a))}),
        problem({minimize: norm1(sub(x, a))}),
        problem({minimize: convex.nuclearNorm(sub(X, convex.diag(a)))}),
        problem({maximize: sub(sum(convex.sqrt(x)), mul(9, sum(x))), subjectTo: [equal(x, mul(0, a))]}),
      ];
      for (const made of cases) {
        const gradient = tf.grad((given: tf.Tensor) => made.solve({a: given}, quiet).value)(
          tf.tensor1d([1, 2]),
        );
        expectFinite({gradient});
      }
    });
  });

  it('with expressions that occur several times have variables for them once', () => {
    const y = variable('y', [3]);
    const size = (made: convex.ConvexProblem) => made.program.variableCount;
    const one = norm1(y);
    const shared = problem({minimize: add(one, sumSquares(y)), subjectTo: [lessEqual(one, 1)]});
    const again = problem({minimize: add(norm1(y), sumSquares(y)), subjectTo: [lessEqual(norm1(y), 1)]});
    assert.equal(size(shared), 6);
    assert.equal(size(again), 6);
    assert.equal(size(convex.problemFromJSON(JSON.stringify(again))), 6);
  });

  it('with shapes [] and [1], and matrices along an axis', () => {
    tf.tidy(() => {
      const [s, v] = [variable('s'), variable('v', [1])];
      const p = parameter('p', [1]);
      const both = problem({
        minimize: add(square(sub(s, 2)), sum(square(sub(v, p)))),
        subjectTo: [lessEqual(add(s, v), 3)],
      });
      const {variables} = both.solve({p: [2]});
      assert.deepEqual([variables.s.shape, variables.v.shape], [[], [1]]);
      near(variables.s, [1.5]);
      const M = variable('M', [2, 3]);
      const rows = problem({
        minimize: sumSquares(M),
        subjectTo: [equal(sum(M, 1), [3, 6]), equal(sum(M, -2), [3, 3, 3])],
      });
      near(rows.solve().variables.M, [1, 1, 1, 2, 2, 2]);
    });
  });

  it('with tensors as constants, which may be disposed afterwards', () => {
    const [A, b] = [
      tf.tensor2d([
        [2, 0],
        [0, 4],
      ]),
      tf.tensor1d([1, 2]),
    ];
    const made = problem({minimize: sumSquares(sub(matMul(A, x), b))});
    tf.dispose([A, b]);
    tf.tidy(() => near(made.solve().variables.x, [0.5, 0.5]));
  });

  it('refuse constants that are nothing, ragged or not finite, and empty parts', () => {
    assert.throws(() => add(x, []), /convex\.add: a constant is empty/);
    assert.throws(() => add(x, [[1, 2], [3]]), /rows of a constant must have one length/);
    assert.throws(
      () => add(x, [[1], [2, 3], []] as convex.Nested[]),
      /rows of a constant must have one length/,
    );
    assert.throws(() => add(x, [1, Infinity]), /contains Infinity/);
    assert.throws(() => add(x, ['1', '2'] as unknown as number[]), /expected numbers/);
    assert.throws(() => add(x, null as unknown as number), /expected an expression/);
    assert.throws(
      () =>
        add(
          x,
          tf.tidy(() => tf.zeros([0])),
        ),
      /a constant is empty/,
    );
    assert.throws(() => convex.slice(x, 0, 0), /convex\.slice: .*empty/);
    assert.throws(() => convex.gather(x, []), /convex\.gather: .*no index/);
  });

  it('take numbers that f32 does not have', () => {
    tf.tidy(() => {
      const bounded = problem({
        minimize: sumSquares(sub(x, 2)),
        subjectTo: [lessEqual(x, 1e300), greaterEqual(x, -1e300)],
      });
      near(bounded.solve().variables.x, [2, 2]);
      assert.throws(() => problem({minimize: mul(1e300, sumSquares(sub(x, 2)))}), /beyond the range of f32/);
    });
  });
});
