/** @file A sample of the collection against the solutions of another solver (scripts/reference/qp_references.py). */
import {readFileSync} from 'node:fs';
import {assert} from 'chai';
import {solveInF64} from '../../helpers/qp-certificate.js';
import {objectiveOf} from '../../zoo/qp/case.js';
import {REFERENCE_QPS} from '../../zoo/qp-families.js';

interface Reference {
  name: string;
  objective: number;
  /** Where it is unique. */
  x?: number[];
}

const {problems} = JSON.parse(readFileSync(new URL('../../fixtures/qp.json', import.meta.url), 'utf8')) as {
  problems: Reference[];
};

describe('the reference kernel and Clarabel', () => {
  it('are compared on at least 40 problems', () => {
    assert.isAtLeast(problems.length, 40);
  });

  for (const {name, objective, x} of problems) {
    it(`agree on the optimal value to 1e-8${x ? ' and on the minimiser to 1e-6' : ''}: ${name}`, () => {
      const problem = REFERENCE_QPS.find((candidate) => candidate.name === name);
      assert.isDefined(problem, 'the fixture is older than the collection');
      const solved = solveInF64(problem!);
      const scale = Math.max(1, Math.abs(objective), Math.abs(problem!.constant ?? 0));
      assert.approximately(objectiveOf(problem!, solved.x), objective, 1e-8 * scale);
      x?.forEach((value, j) =>
        assert.approximately(solved.x[j], value, 1e-6 * Math.max(1, ...x.map(Math.abs))),
      );
    });
  }
});
