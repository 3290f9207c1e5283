/** @file `prepareQP`: what goes in and comes out, what is kept from call to call, and what is refused. */
import {execFileSync} from 'node:child_process';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {prepareQP, type PreparedQPInput} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {bundled} from '../../helpers/bundled.js';
import {expectClose, messageOf} from '../../helpers/expect.js';
import {copied} from '../../helpers/prepared.js';

const EYE = [
  [1, 0],
  [0, 1],
];
/** x = (1, 0): the nearest point to (2, 1) with x₁ + x₂ = 1 and x ≤ 1. */
const nearest = () => ({Q: EYE, p: [-2, -1], G: EYE, h: [1, 1], A: [[1, 1]], b: [1]});

describeAnyBackend('prepareQP', () => {
  it('solves, with the signs of solveQP', () => {
    const {x, ineqDual, eqDual, slack, status, residual} = prepareQP({...nearest(), p: [-3, -1]}).solve();
    assert.equal(status, 0);
    expectClose(x, [1, 0], 1e-15);
    // x + p + Gᵀλ + Aᵀν = 0.
    expectClose(ineqDual, [1, 0], 1e-15);
    expectClose(eqDual, [1], 1e-15);
    expectClose(slack, [0, 1], 1e-15);
    assert.isAtMost(residual, 1e-15);
  });

  it('takes lists, and typed arrays of any kind row by row', () => {
    const expected = copied(prepareQP(nearest()).solve());
    const flat = {
      Q: Float32Array.of(1, 0, 0, 1),
      p: Int32Array.of(-2, -1),
      G: Float64Array.of(1, 0, 0, 1),
      h: [1, 1],
      A: [Float64Array.of(1, 1)],
      b: Float64Array.of(1),
    };
    assert.deepEqual(copied(prepareQP(flat).solve()), expected);
    assert.deepEqual(copied(prepareQP({...nearest(), Q: [1, 0, 0, 1]}).solve()), expected);
  });

  it('copies what it is given', () => {
    const p = Float64Array.of(-3, -4);
    const qp = prepareQP({Q: EYE, p});
    p.fill(0);
    expectClose(qp.solve().x, [3, 4], 1e-15);
  });

  it('keeps what a call replaces', () => {
    const qp = prepareQP(nearest());
    expectClose(qp.solve({b: [1.5]}).x, [1, 0.5], 1e-14);
    expectClose(qp.solve().x, [1, 0.5], 1e-14);
    expectClose(qp.solve({h: [0.25, 2]}).x, [0.25, 1.25], 1e-14);
    expectClose(qp.solve({A: [[1, -1]], b: [0]}).x, [0.25, 0.25], 1e-14);
    expectClose(qp.solve({G: [[1, 0], [1, 1]], h: [9, 9]}).x, [1.5, 1.5], 1e-14); // prettier-ignore
    expectClose(qp.solve({Q: [[2, 0], [0, 2]]}).x, [0.75, 0.75], 1e-14); // prettier-ignore
    expectClose(qp.solve({p: [0, 0], h: null, b: undefined}).x, [0, 0], 0, 1e-15);
  });

  it('returns the same arrays from each call', () => {
    const qp = prepareQP(nearest());
    const first = qp.solve();
    const arrays = [first.x, first.ineqDual, first.eqDual, first.slack];
    const gradient = qp.gradient([1, 0]);
    const parts = Object.values(gradient);
    const second = qp.solve({p: [5, 5]});
    assert.strictEqual(second, first);
    [second.x, second.ineqDual, second.eqDual, second.slack].forEach((array, i) =>
      assert.strictEqual(array, arrays[i]),
    );
    assert.strictEqual(qp.gradient([0, 1]), gradient);
    Object.values(gradient).forEach((array, i) => assert.strictEqual(array, parts[i]));
  });

  it('starts from the last active set', () => {
    const n = 12;
    const identity = Array.from({length: n}, (_, i) => Array.from({length: n}, (__, j) => Number(i === j)));
    const p = Array.from({length: n}, (_, i) => (i % 3 === 0 ? -2 : 0.5));
    const qp = prepareQP({Q: identity, p, G: identity, h: new Float64Array(n).fill(1)});
    assert.equal(qp.solve().iterations, 4);
    assert.equal(qp.solve({p: p.map((value) => 1.1 * value)}).iterations, 0);
    assert.equal(qp.solve({p: p.map((value, i) => (i === 0 ? 0.5 : value))}).iterations, 1);
    assert.equal(qp.solve({p}).iterations, 1);
    const doubled = identity.map((row) => row.map((value) => 2 * value));
    assert.equal(qp.solve({Q: doubled, p: p.map((value) => 2 * value)}).iterations, 0);
    assert.equal(qp.solve({G: doubled}).iterations, 0);
    // A problem that cannot be solved in between does no harm.
    assert.equal(qp.solve({Q: identity.map((row) => row.map(() => NaN))}).status, 5);
    assert.equal(qp.solve({Q: identity, G: identity, p}).iterations, 0);
    assert.equal(qp.solve().status, 0);
  });

  it('makes no tensors', () => {
    const before = tf.memory().numTensors;
    const qp = prepareQP(nearest());
    qp.solve({p: [1, 2]});
    qp.gradient([1, 1]);
    assert.equal(tf.memory().numTensors, before);
  });

  it('gives the slack of a row without a bound as a finite number, and its multiplier and gradient as zero', () => {
    for (const [bound, expected] of [
      [Infinity, (2 - 2 ** -23) * 2 ** 127],
      [1e20, 1e20],
    ]) {
      const qp = prepareQP({Q: [[1]], p: [-5], G: [[1], [1]], h: [2, bound]});
      const {x, slack, ineqDual, status} = qp.solve();
      assert.equal(status, 0);
      expectClose(x, [2], 1e-15);
      assert.deepEqual([...slack], [0, expected]);
      assert.deepEqual([...ineqDual], [3, 0]);
      assert.deepEqual([...qp.gradient([1]).h], [1, 0]);
      assert.deepEqual([...qp.gradient([1]).G], [-2, 0]);
    }
  });

  it('a bound may come and go', () => {
    const qp = prepareQP({Q: [[1]], p: [-5], G: [[1]], h: [Infinity]});
    expectClose(qp.solve().x, [5], 1e-15);
    expectClose(qp.solve({h: [2]}).x, [2], 1e-15);
    expectClose(qp.solve({h: [1e21]}).x, [5], 1e-15);
    expectClose(qp.solve({h: [3]}).x, [3], 1e-15);
  });
});

describe('prepareQP, where there is no solution', () => {
  const box = {Q: [[1]], p: [-5], G: [[1], [-1]], h: [1, 1]};
  const failing: [string, number, Partial<PreparedQPInput>][] = [
    ['contradicting rows', 1, {h: [-2, 1]}],
    ['a row of zeros that cannot hold', 1, {G: [[0], [-1]], h: [-1, 1]}],
    ['an unbounded objective', 2, {Q: [[0]], h: [Infinity, 1]}],
    ['NaN in p', 5, {p: [NaN]}],
    ['NaN in h', 5, {h: [1, NaN]}],
    ['−Infinity in h', 5, {h: [-Infinity, 1]}],
    ['−1e20 in h', 5, {h: [-1e20, 1]}],
    ['Infinity in G', 5, {G: [[Infinity], [1]]}],
    ['NaN in Q', 5, {Q: [[NaN]]}],
    ['a negative Q', 5, {Q: [[-1]]}],
  ];
  for (const [name, status, changes] of failing) {
    it(`${name} have status ${status}, zeros, and the next problem is solved`, () => {
      const qp = prepareQP(box);
      assert.equal(qp.solve().status, 0);
      const result = qp.solve(changes);
      assert.equal(result.status, status);
      for (const array of [result.x, result.ineqDual, result.slack])
        assert.isTrue(array.every((v) => v === 0));
      assert.equal(result.residual, 1e9);
      for (const array of Object.values(qp.gradient([1])) as Float64Array[])
        assert.isTrue(array.every((v) => v === 0));
      const {x, ineqDual, status: good} = qp.solve(box);
      assert.equal(good, 0);
      expectClose(x, [1], 1e-15);
      expectClose(ineqDual, [4, 0], 1e-15);
    });
  }

  it('an asymmetric Q has status 5, and one that is symmetric up to f32 rounding has not', () => {
    const p = [1, 1];
    assert.equal(prepareQP({Q: [[1, 0.5], [0, 1]], p}).solve().status, 5); // prettier-ignore
    assert.equal(prepareQP({Q: [[1, 0.5], [0.5 + 1e-8, 1]], p}).solve().status, 0); // prettier-ignore
  });

  it('contradicting equalities, and b that is infinite', () => {
    const qp = prepareQP({Q: EYE, p: [0, 0], A: [[1, 1], [1, 1]], b: [1, 2]}); // prettier-ignore
    assert.equal(qp.solve().status, 1);
    assert.equal(qp.solve({b: [1, Infinity]}).status, 5);
    assert.equal(qp.solve({b: [1, 1]}).status, 0);
  });
});

describeAnyBackend('prepareQP refuses', () => {
  const make = (problem: unknown) => messageOf(() => prepareQP(problem as PreparedQPInput));
  it('a problem without p or Q, or with half of a pair', () => {
    assert.include(make({Q: EYE}), 'p is missing');
    assert.include(make({p: [1]}), 'Q is missing');
    assert.include(make({...nearest(), h: null}), 'G was given without h');
    assert.include(make({...nearest(), G: undefined}), 'h was given without G');
    assert.include(make({...nearest(), A: undefined}), 'b was given without A');
    assert.include(make({Q: [], p: []}), 'p must have at least one entry');
  });

  it('shapes that do not fit, by name', () => {
    assert.include(make({...nearest(), Q: [[1, 0]]}), 'Q must have shape [n, n], which is [2, 2] here');
    assert.include(make({...nearest(), Q: [[1], [1]]}), 'got [2, 1]');
    assert.include(make({...nearest(), G: [[1, 0], [1]]}), 'G must have shape [m, n]'); // prettier-ignore
    assert.include(make({...nearest(), G: new Float64Array(3)}), 'G must have shape [m, n]');
    assert.include(make({...nearest(), A: [[1, 1, 1]]}), 'A must have shape [k, n]');
    assert.include(make({...nearest(), p: [[1], [1]]}), 'p must have shape [n]');
    assert.include(make({...nearest(), p: 3}), 'p must be an array of numbers');
    assert.include(make({...nearest(), p: tf.zeros([2])}), 'tensor.data()');
    // JSON has null for Infinity.
    assert.include(make({...nearest(), h: [1, null]}), 'h must consist of numbers, got null');
    assert.include(
      make({
        ...nearest(),
        G: [
          [1, 0],
          ['1', 1],
        ],
      }),
      'G must consist of numbers, got string',
    );
    assert.include(make({...nearest(), Q: [1, [0, 0], 1, 1]}), 'Q must consist of numbers');
  });

  it('unknown names and options, and says the nearest', () => {
    assert.include(make({...nearest(), H: [1]}), "unknown input 'H'");
    assert.include(
      messageOf(() => prepareQP(nearest(), {tol: 1} as never)),
      "Did you mean 'tolerance'",
    );
    assert.include(
      messageOf(() => prepareQP(nearest(), {tolerance: 0})),
      'tolerance must be positive',
    );
    assert.include(
      messageOf(() => prepareQP(nearest(), {maxIterations: 1.5})),
      'maxIterations must be a positive integer',
    );
    assert.include(
      messageOf(() => prepareQP(nearest(), {degenerate: 'no' as never})),
      'degenerate must be one of',
    );
  });

  it('changes that do not fit, and keeps its data', () => {
    const qp = prepareQP(nearest());
    const before = copied(qp.solve());
    const solve = (changes: unknown) => messageOf(() => qp.solve(changes as PreparedQPInput));
    assert.include(solve({p: [7, 7], h: [1]}), 'PreparedQP.solve: h must have shape [m], which is [2] here');
    assert.include(solve({p: [7, 7], c: [1]}), "unknown input 'c'");
    assert.include(solve({p: [7, 7], G: [[1, 1]]}), 'G must have shape [m, n], which is [2, 2] here');
    assert.deepEqual(copied(qp.solve()).x, before.x);
    assert.include(
      messageOf(() => qp.gradient([1])),
      'the cotangent must have shape [n], which is [2] here; got [1]',
    );
    assert.include(
      messageOf(() => qp.gradient(undefined as never)),
      'got undefined',
    );
  });

  it('calls after dispose; results stay', () => {
    const qp = prepareQP(nearest());
    const {x} = qp.solve({p: [-3, -1]});
    qp.dispose();
    qp.dispose();
    expectClose(x, [1, 0], 1e-15);
    assert.include(
      messageOf(() => qp.solve()),
      'disposed',
    );
    assert.include(
      messageOf(() => qp.gradient([1, 1])),
      'disposed',
    );
  });
});

describe('prepareQP, again and again', () => {
  /** An array takes at least so many bytes. A number takes 12 if a function returns it that the engine does not inline. */
  const ARRAY = 80;

  it('allocates no arrays from call to call', () => {
    const script = bundled('prepared-bytes', `import './test/helpers/prepared-bytes.js';`);
    const output = execFileSync('node', [script], {encoding: 'utf8'});
    const bytes = JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, number>;
    assert.isAbove(bytes.array, ARRAY, 'the measurement must notice an array');
    assert.isBelow(bytes.vectors, ARRAY);
    assert.isBelow(bytes.bounds, ARRAY);
    assert.isBelow(bytes.unsolvable, ARRAY);
    // More functions, and a loop over the rows that were active.
    assert.isBelow(bytes.matrices, 3 * ARRAY);
  });
});
