/** @file Degenerate, nearly linear programs over many magnitudes: each is solved, row by row, or proven to have no solution. */
import {assert} from 'chai';
import {describeBackends} from '../../helpers/backends.js';
import {farkasQuotients, residualOf} from '../../helpers/qp-judge.js';
import {F32_TOLERANCE, solveBatch} from '../../helpers/qp-verdicts.js';
import {toF32} from '../../zoo/qp/case.js';
import {productionPlan} from '../../zoo/qp/production-plan.js';

describeBackends('production plans', () => {
  for (const [shape, count] of [
    [{periods: 5, goods: 3, decades: 10}, 30],
    [{periods: 6, goods: 4, decades: 10}, 12],
  ] as const) {
    it(`are solved or proven infeasible: ${2 * shape.periods * shape.goods} variables`, () => {
      let solved = 0;
      for (let seed = 0; seed < count; seed++) {
        const problem = toF32(productionPlan(`plan ${seed}`, shape));
        const [outcome] = solveBatch([problem]);
        if (outcome.status === 1) {
          const {error, gap} = farkasQuotients(problem, outcome.certificate);
          assert.isBelow(error, 1e-5, `seed ${seed}`);
          assert.isAbove(gap, F32_TOLERANCE, `seed ${seed}`);
          continue;
        }
        assert.strictEqual(outcome.status, 0, `seed ${seed}`);
        assert.isAtMost(residualOf(problem, outcome), F32_TOLERANCE, `seed ${seed}`);
        solved++;
      }
      assert.isAbove(solved, count / 4);
    });
  }
});
