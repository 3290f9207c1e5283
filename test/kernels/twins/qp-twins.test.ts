/** @file The quadratic-program kernel on both sets of dense kernels: the same status everywhere, the same unique solutions. */
import {assert} from 'chai';
import {createHostDense} from '../../../src/kernels/twins/host/dense.js';
import {referenceDense} from '../../../src/kernels/twins/reference/dense.js';
import {svd} from '../../../src/kernels/algorithms/linalg/svd.js';
import {solveInF64} from '../../helpers/qp-certificate.js';
import {QP_COLLECTION} from '../../zoo/qp-families.js';
import type {QPCase} from '../../zoo/qp/case.js';

const host = createHostDense()!;

/** Whether the objective is strictly convex, and well conditioned enough for ten digits. */
function isStrictlyConvex({Q, n}: QPCase): boolean {
  const {singularValues} = svd(Float64Array.from(Q.flat()), n);
  return Math.min(...singularValues) > 1e-4 * Math.max(...singularValues);
}

describe('the twins of the quadratic-program kernel', () => {
  const unique = QP_COLLECTION.filter((problem) => problem.n <= 60 && isStrictlyConvex(problem));

  for (const problem of QP_COLLECTION) {
    it(`agree on the status: ${problem.name}`, () =>
      assert.equal(solveInF64(problem, host).status, solveInF64(problem, referenceDense).status));
  }

  it('agree on unique solutions to 1e-10', () => {
    assert.isAbove(unique.length, 10);
    for (const problem of unique) {
      const [expected, actual] = [referenceDense, host].map((dense) => solveInF64(problem, dense));
      if (expected.status !== 0) continue;
      const scale = Math.max(1, ...expected.x.map(Math.abs));
      expected.x.forEach((value, j) =>
        assert.approximately(actual.x[j], value, 1e-10 * scale, `${problem.name}, x[${j}]`),
      );
    }
  });
});
