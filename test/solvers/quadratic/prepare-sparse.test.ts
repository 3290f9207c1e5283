/** @file prepareQP with sparse matrices: the answers and gradients of the dense problem, in double precision. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {prepareQP, sparseMatrix} from '../../../src/index.js';
import '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {describeUnreadable} from '../../helpers/unreadable.js';
import {banded, entriesOf, placesOf, wave} from '../../zoo/sparse-programs.js';

describe('prepareQP with sparse matrices', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  it('has the solution and the gradients of the dense problem, before and after changes of the values', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(
          fc.record({
            ...{n: fc.integer({min: 1, max: 10}), m: fc.integer({min: 1, max: 8})},
            ...{k: fc.integer({min: 0, max: 1}), seed: fc.nat(10_000)},
          }),
          ({n, m, k, seed}) => {
            const {Q, p, G, h, A, b} = banded({n, m, k}, `prepared ${seed}`);
            const places = {Q: placesOf(Q, n), G: placesOf(G, n), A: placesOf(A, n)};
            const sparse = (name: 'Q' | 'G' | 'A', M: number[][]) =>
              sparseMatrix({...places[name], values: Float64Array.from(entriesOf(M, places[name]))});
            const equalities = k > 0 ? {A: sparse('A', A), b} : {};
            const ours = prepareQP({Q: sparse('Q', Q), p, G: sparse('G', G), h, ...equalities});
            const theirs = prepareQP({Q, p, G, h, ...(k > 0 && {A, b})});
            const expectAlike = () => {
              for (const name of ['x', 'ineqDual', 'eqDual', 'slack'] as const) {
                expectClose(ours.solve()[name], theirs.solve()[name], 1e-12, 1e-12);
              }
              const [own, whole] = [ours.gradient(wave(n, 1)), theirs.gradient(wave(n, 1))];
              for (const name of ['p', 'h', 'b'] as const) expectClose(own[name], whole[name], 1e-11, 1e-11);
              for (const name of ['Q', 'G', 'A'] as const) {
                const {rows, columns} = places[name];
                assert.equal(own[name].length, rows.length);
                const expected = rows.map((row, e) => whole[name][row * n + columns[e]]);
                expectClose(own[name], expected, 1e-11, 1e-11);
              }
            };
            expectAlike();
            // What float32 cannot hold.
            const wider = Q.map((row) => row.map((value) => value * (1 + 1e-9)));
            const half = G.map((row) => row.map((value) => value / 2));
            ours.solve({Q: sparse('Q', wider), G: entriesOf(half, places.G)});
            theirs.solve({Q: wider, G: half});
            expectAlike();
          },
        ),
        {numRuns: 30},
      ),
    ));

  it('adds entries at one place, and takes tensors, zeros and no entries at all', () =>
    expectNoLeak(() => {
      const values = tf.tensor1d([1, 1, 4, 0]);
      const Q = sparseMatrix({shape: [2, 2], rows: [0, 0, 1, 0], columns: [0, 0, 1, 1], values});
      const A = sparseMatrix({shape: [0, 2], rows: [], columns: [], values: []});
      const qp = prepareQP({Q, p: [-2, -4], A, b: []});
      expectClose(qp.solve().x, [1, 1], 1e-12);
      expectClose(qp.gradient([1, 2]).Q, [-0.5, -0.5, -0.5, -0.5], 1e-12);
      values.dispose();
      // A dense matrix may be replaced by a sparse one: its gradient stays dense.
      const dense = prepareQP({Q: [[1, 0], [0, 1]], p: [1, 1]}); // prettier-ignore
      expectClose(dense.solve({Q: sparseMatrix({shape: [2, 2], rows: [1, 0], columns: [1, 0], values: [4, 2]})}).x, [-0.5, -0.25], 1e-12); // prettier-ignore
      assert.equal(dense.gradient([1, 1]).Q.length, 4);
    }));

  it('says what does not fit, and changes nothing then', () => {
    const eye = {shape: [2, 2] as const, rows: [0, 1], columns: [0, 1]};
    const Q = sparseMatrix({...eye, values: [1, 2]});
    const qp = prepareQP({Q, p: [-1, -4]});
    for (const [changes, message] of [
      [
        {Q: [1, 2, 3]},
        'Q was prepared as a sparse matrix: pass one, or the values of its entries, [2]; got [3].',
      ],
      [{Q: [[1, 0], [0, 1]]}, 'Q was prepared as a sparse matrix: pass one, or the values of its entries, [2]; got [2].'], // prettier-ignore
      [
        {Q: 3},
        "Q was prepared as a sparse matrix: pass one, or the values of its entries, [2]; got number '3'.",
      ],
      [
        {Q: sparseMatrix({...eye, rows: [1, 0], columns: [1, 0], values: [1, 2]})},
        'Q must have its entries at the same places as the matrix that was prepared, in the same order.',
      ],
      [
        {Q: sparseMatrix({shape: [3, 2], rows: [0, 1], columns: [0, 1], values: [1, 2]})},
        'Q must have shape [n, n], which is [2, 2] here; got the sparse matrix [3, 2].',
      ],
      [
        {Q: sparseMatrix({...eye, values: [[1, 2]]})},
        'the values of Q must have shape [2], without a batch axis.',
      ],
      [{p: Q}, 'p is a vector; a sparse matrix cannot stand for it.'],
    ] as const) {
      assert.equal(messageOf(() => qp.solve({p: [9, 9], ...changes} as never)), `PreparedQP.solve: ${message}`); // prettier-ignore
      expectClose(qp.solve().x, [1, 2], 1e-12);
    }
    assert.equal(qp.solve({Q: [NaN, 2]}).status, 5);
    assert.equal(qp.solve({Q: [1, 2]}).status, 0);
  });
});

describeUnreadable('prepareQP with a sparse matrix', () => {
  it('takes numbers, and refuses a tensor that it cannot read', () => {
    const eye = {shape: [1, 1] as const, rows: [0], columns: [0]};
    expectClose(prepareQP({Q: sparseMatrix({...eye, values: [2]}), p: [-2]}).solve().x, [1], 1e-12);
    const values = tf.tensor1d([2]);
    assert.match(
      messageOf(() => prepareQP({Q: sparseMatrix({...eye, values}), p: [-2]})),
      /the values of Q are on the backend 'unreadable'.*pass numbers/,
    );
    values.dispose();
  });
});
