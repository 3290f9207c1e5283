/** @file Which attempts at a quadratic program are made, in what order, and which of them ends the search. */
import {assert} from 'chai';
import type {Acceptance, Demands} from '../../../../src/kernels/algorithms/qp/acceptance.js';
import type {Outcome, Stage} from '../../../../src/kernels/algorithms/qp/interior-point.js';
import {denseSolver} from '../../../../src/kernels/algorithms/qp/dense-solver.js';
import {copyPoint, copyProblem, emptyPoint, type Point} from '../../../../src/kernels/algorithms/qp/types.js';
import {DOUBLE, SINGLE} from '../../../../src/kernels/contracts/qp-limits.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {planted} from './planted.js';

type Finish = (point: Point, stage: Stage) => boolean;

/** The parts of the solver that are asked. */
interface Parts {
  acceptance: Acceptance;
  guess: Point;
  polish: {point: Point; run: (from: Point, rounds?: number) => number; refine: () => number};
  interiorPoint: {
    point: Point;
    solve: (tolerance: number, most: number, finish: Finish) => {outcome: Outcome; iterations: number};
  };
}

interface Script {
  /** What the interior-point method asks, and how it ends if nobody takes a point. */
  stages?: Stage[];
  outcome?: Outcome;
  /** The error after polishing; after one more correction. */
  polished?: number;
  refined?: number;
  /** Which question is answered by yes, from 0 on; all others by no. */
  yes?: number;
  warm?: boolean;
  tolerance?: number;
  /** Whether the inequalities contradict each other; whether the objective falls without end. */
  impossible?: boolean;
  endless?: boolean;
}

/** Runs a solver whose parts answer by a script. @returns What they were asked, in order, and what was found. */
function attempts(script: Script): {asked: string[]; outcome: Outcome; iterations: number} {
  const {stages = [], outcome = 'numericalError', polished = 0, refined = 0, yes = -1, tolerance = 1e-6} = script; // prettier-ignore
  const dense = referenceDense;
  const {problem, solution} = planted(dense, {n: 3, p: 1, active: 1, idle: 1}, 1);
  if (script.impossible) {
    for (let j = 0; j < 3; j++) problem.C.values[6 + j] = -problem.C.values[3 + j];
    problem.d[2] = -problem.d[1] - 1;
  }
  if (script.endless) problem.P.values.fill(0);
  const solver = denseSolver(dense, {n: 3, p: 1, m: 2});
  copyProblem(problem, solver.problem);
  const parts = solver as unknown as Parts;
  const {acceptance, guess, polish, interiorPoint} = parts;
  const asked: string[] = [];
  let questions = 0;
  const answer = () => questions++ === yes;
  const point = emptyPoint(dense, problem);
  copyPoint(solution, point);
  const nameOf = (of: Point) =>
    of === guess ? 'guess' : of === polish.point ? 'polished' : of === point ? 'point' : 'ray';
  const demanded = ({enough, exactness, consistent, sized}: Demands) =>
    `${enough}/${exactness}${consistent ? '' : ' inconsistent'}${sized ? ' sized' : ''}`;
  const take = (what: string) => {
    asked.push(what);
    const good = answer();
    if (good) acceptance.found.outcome = 'solved';
    return good;
  };
  // A correction helps.
  let tested = 1;
  Object.defineProperty(acceptance, 'tested', {get: () => (tested *= 0.4)});
  acceptance.accept = (of, _scaling, demands) => take(`accept ${nameOf(of)} ${demanded(demands)}`);
  acceptance.takeSpare = () => take('spare');
  acceptance.keepSpare = (points) => void asked.push(`keep ${points.map(nameOf).join()}`);
  acceptance.provesInfeasible = (of) => take(`infeasible ${nameOf(of)}`);
  acceptance.provesUnbounded = (of) => take(`unbounded ${nameOf(of)}`);
  polish.run = (from, rounds) => {
    asked.push(`polish ${nameOf(from)}${rounds === undefined ? '' : ` ${rounds}`}`);
    return polished;
  };
  polish.refine = () => {
    asked.push('refine');
    return refined;
  };
  parts.interiorPoint = {
    ...interiorPoint,
    point,
    solve: (_tolerance, _most, finish) => {
      for (const stage of stages) if (finish(point, stage)) return {outcome: 'solved', iterations: 7};
      return {outcome, iterations: 9};
    },
  };
  const found = solver.solve(tolerance, 50, script.warm ? solution : undefined);
  return {asked, outcome: found.outcome, iterations: found.iterations};
}

const DEMANDS = `${SINGLE > 1e-6 ? SINGLE : 1e-6}/${1e-6 > SINGLE ? 1e-6 : DOUBLE}`;
const polishing = (from: string, rounds = '') => [`polish ${from}${rounds}`, `accept polished ${DEMANDS}`, 'refine', `accept polished ${DEMANDS}`]; // prettier-ignore
const CONVERGED = [
  ...polishing('point'),
  `accept guess ${DEMANDS}`,
  ...polishing('guess'),
  `accept point ${DEMANDS}`,
  'keep guess,point',
];
const LAST = [`accept guess ${DEMANDS} sized`, `accept point ${DEMANDS} sized`];

/** Everything that is asked if the answer is always no. */
const SCRIPTS: Record<string, [script: Script, asked: string[]]> = {
  'a warm start, and guesses': [
    {warm: true, stages: ['guess', 'guess'], outcome: 'primalInfeasible', yes: -1},
    [...polishing('guess'), ...polishing('point', ' 2'), ...polishing('point', ' 2'), 'infeasible point'],
  ],
  'what has converged, and the last iterations': [
    {stages: ['converged', 'last', 'last'], outcome: 'dualInfeasible'},
    [...CONVERGED, ...LAST, ...LAST, 'unbounded point'],
  ],
  'the point that is left if it never converged': [
    {stages: ['guess'], outcome: 'iterationLimit'},
    [...polishing('point', ' 2'), ...CONVERGED],
  ],
  'what polishing makes worse, not at all': [
    {stages: ['guess', 'converged'], outcome: 'iterationLimit', polished: 2e-9},
    ['polish point 2', 'polish point', `accept guess ${DEMANDS}`, 'polish guess', `accept point ${DEMANDS}`, 'keep guess,point'],
  ], // prettier-ignore
  'what a correction makes worse, only before': [
    {stages: ['guess'], outcome: 'primalInfeasible', refined: 2e-9},
    ['polish point 2', `accept polished ${DEMANDS}`, 'refine', 'infeasible point'],
  ],
};

describe('attempts at a quadratic program', () => {
  for (const [name, [script, expected]] of Object.entries(SCRIPTS)) {
    it(`take ${name}`, () => {
      const {asked, outcome, iterations} = attempts(script);
      assert.deepEqual(asked.slice(0, expected.length), expected);
      assert.equal(iterations, 9);
      // A limit stays one; whatever else is not proved is a failure, after the other method has tried.
      assert.equal(outcome, script.outcome === 'iterationLimit' ? 'iterationLimit' : 'numericalError');
      if (script.outcome === 'iterationLimit') assert.lengthOf(asked, expected.length);
      else assert.match(asked.at(-1)!, /^spare$/);
      // Each question can be the last one.
      const questions = asked.flatMap((what, at) => (/^(polish|refine|keep)/.test(what) ? [] : [at]));
      questions.forEach((at, yes) => {
        const ended = attempts({...script, yes});
        assert.deepEqual(ended.asked, asked.slice(0, at + 1));
        assert.equal(ended.outcome, 'solved');
      });
    });
  }

  it('ends with active sets: in three scalings at most, with curvature that becomes less and less', () => {
    const {asked} = attempts({outcome: 'dualInfeasible', stages: ['converged']});
    const inconsistent = `${DEMANDS} inconsistent`;
    const one = (proximal: boolean) => [
      ...(proximal ? ['unbounded guess'] : []),
      ...['polish guess', `accept polished ${inconsistent}`, 'refine', `accept polished ${inconsistent}`],
      ...[`accept guess ${inconsistent}`, 'keep polished,guess'],
    ];
    const round = [one(false), ...Array<string[]>(9).fill(one(true))].flat();
    assert.deepEqual(asked.slice(CONVERGED.length + 1), [...round, ...round, ...round, 'spare']);
  });

  it('ask linear programs for a proof, last of all', () => {
    const limit = attempts({outcome: 'iterationLimit', stages: ['converged'], impossible: true});
    assert.deepEqual(limit.asked.slice(CONVERGED.length), ['infeasible ray']);
    assert.equal(limit.outcome, 'iterationLimit');
    const proved = attempts({outcome: 'iterationLimit', impossible: true, yes: limit.asked.filter((what) => /^(accept|infeas)/.test(what)).length - 1}); // prettier-ignore
    assert.deepEqual(proved.asked, limit.asked);
    assert.equal(proved.outcome, 'solved');
    const endless = attempts({outcome: 'iterationLimit', stages: ['converged'], endless: true});
    assert.deepEqual(endless.asked.slice(CONVERGED.length), ['unbounded ray']);
    // There, active sets work with curvature only, and say where the objective falls.
    const {asked: descents} = attempts({stages: ['converged'], endless: true});
    assert.lengthOf(descents.filter((what) => what === 'unbounded guess'), 27); // prettier-ignore
    // Each of the active sets finds the contradiction, too, once for each curvature.
    const {asked} = attempts({stages: ['converged'], impossible: true});
    const found = Array<string>(30).fill('infeasible guess');
    assert.deepEqual(asked.slice(CONVERGED.length), [...found, 'infeasible ray', 'spare']);
  });

  it('demand what the tolerance allows', () => {
    const first = (tolerance: number, polished = 0) =>
      attempts({stages: ['converged'], yes: 0, tolerance, polished}).asked[1];
    assert.equal(first(1e-3), 'accept polished 0.001/0.001');
    assert.equal(first(SINGLE), `accept polished ${SINGLE}/${DOUBLE}`);
    assert.equal(first(1e-12), `accept polished ${SINGLE}/${DOUBLE}`);
    // An error that polishing may leave is no larger than the tolerance, nor than 1e-9.
    assert.equal(first(1e-3, 1e-9), 'accept polished 0.001/0.001');
    assert.match(first(1e-3, 1.1e-9), /^accept guess/);
    assert.match(first(1e-12, 1.1e-12), /^accept guess/);
    assert.match(first(1e-12, 0.9e-12), /^accept polished/);
    assert.match(first(1e-6, NaN), /^accept guess/);
  });
});
