/** @file The solvers of a batch of quadratic programs in turn, each on the samples that the ones before it did not solve. */
import type * as tf from '@tensorflow/tfjs-core';
import {
  asNumber,
  chosen,
  concat,
  filled,
  given,
  isEqual,
  gather,
  tidy,
  where,
  type Doubles,
} from './arrays/index.js';
import {takeSizes} from './acceptance.js';
import {magnitudesOf, type Magnitudes} from './certificate.js';
import {interiorPoint, type Limits} from './interior-point.js';
import {OpenSamples} from './open-samples.js';
import {polish} from './polish.js';
import {takeProblem, type Problem} from './problem.js';
import {descentCandidate, farkasCandidate} from './proofs.js';
import {INFEASIBLE, INVALID, OPEN, type Inputs, type Results} from './qp-results.js';
import {readProblem} from './read-problem.js';
import {equilibrate, rescale, scaleProblem, type Scaling} from './scaling.js';

/** The residual of a sample about which nothing is known. */
const UNKNOWN = 1e9;

/** The first attempt only goes so far that most active sets can be guessed. The others need smaller errors, and linear systems that are refined. */
const ATTEMPTS = [
  {most: 15, corrections: 0, until: 1e-5},
  {most: 40, corrections: 1},
  {most: 100, corrections: 6},
];
const ROUNDS = 4;
/** The rounds of the first guess, from a warm start. */
const GUESS_ROUNDS = 6;

export class QPSolver {
  results: Results;
  readonly sizes: Magnitudes;
  private readonly scaled: Problem;
  private readonly scaling: Scaling;

  constructor(
    private readonly inputs: Record<Inputs, tf.TensorInfo>,
    private readonly options: {tolerance: number; maxIterations: number},
  ) {
    const {problem, isValid, isImpossible, emptyRowRay, matrices} = readProblem(inputs);
    const {batch, n, k, m} = problem;
    const rows = k + m;
    const zeros = (width: number) => filled([batch, width, 1], 0);
    const known = where(isValid, where(isImpossible, INFEASIBLE, OPEN), INVALID);
    this.results = {
      ...{x: zeros(n), y: zeros(rows), s: zeros(rows), activity: zeros(rows)},
      ...{rayX: zeros(n), rayY: where(isImpossible, emptyRowRay, 0)},
      ...{status: known, iterations: zeros(1), residual: where(isValid, UNKNOWN, 0)},
    };
    this.sizes = magnitudesOf(problem);
    const scales = equilibrate(matrices.P, matrices.C, asNumber(problem.bounded));
    ({scaled: this.scaled, scaling: this.scaling} = scaleProblem(problem, scales));
  }

  run(): void {
    const {inputs, options} = this;
    if ((inputs as Partial<typeof inputs>).gx) this.on((part) => this.fromGuess(part));
    for (const attempt of ATTEMPTS) {
      const most = Math.min(options.maxIterations, attempt.most);
      this.on((part) => this.attempt(part, {...attempt, tolerance: options.tolerance, maxIterations: most}));
    }
    this.on((part) => part.takeFarkas(tidy(() => farkasCandidate(part.scaled))));
    this.on((part) => part.takeDescent(tidy(() => descentCandidate(part.scaled, part.scaling.absent))));
  }

  /** Runs a solver on the samples about which nothing is known yet. */
  private on(solve: (part: OpenSamples) => void): void {
    const {sizes, scaled, scaling, results} = this;
    const open = chosen(isEqual(results.status, OPEN));
    if (open.count === 0) return;
    this.results = tidy(() => {
      const isWhole = open.count === scaled.batch;
      const pick = (v: Doubles) => (isWhole || v.shape[0] === 1 ? v : gather(v, open));
      const part = new OpenSamples(
        isWhole ? sizes : takeSizes(sizes, open),
        isWhole ? scaled : takeProblem(scaled, open),
        {
          D: pick(scaling.D),
          E: pick(scaling.E),
          c: pick(scaling.c),
          beta: pick(scaling.beta),
          absent: isWhole ? scaling.absent : gather(scaling.absent, open, true),
        },
        isWhole ? null : open,
        {...this.results},
      );
      solve(part);
      return part.results;
    });
  }

  private fromGuess(part: OpenSamples): void {
    const {gx, gIneq, gEq, gSlack} = this.inputs;
    const {batch, n, k, m} = this.scaled;
    const column = (info: tf.TensorInfo, width: number) => part.of(given(info, [batch, width, 1]));
    const guess = {
      x: column(gx, n),
      y: concat([column(gEq, k), column(gIneq, m)], 1),
      s: concat([part.of(filled([batch, k, 1], 0)), column(gSlack, m)], 1),
    };
    const {scaled, scaling} = part;
    const {point} = polish(scaled, rescale(guess, scaling), scaling.absent, {rounds: GUESS_ROUNDS});
    part.accept(point, this.options.tolerance);
  }

  private attempt(part: OpenSamples, limits: Limits): void {
    const {tolerance} = limits;
    const {scaled, scaling} = part;
    const found = tidy(() => interiorPoint(scaled, limits));
    part.results.iterations = part.put(part.results.iterations, found.iterations);
    part.proveByRays(found);
    const polished = tidy(() => polish(scaled, found.best, scaling.absent, {rounds: ROUNDS}).point);
    part.accept(polished, tolerance);
    if (limits.until !== undefined || !part.isOpen()) return;
    part.accept(found.best, tolerance);
    if (!part.isOpen()) return;
    const shortest = tidy(
      () => polish(scaled, found.best, scaling.absent, {rounds: 2, dependent: true}).point,
    );
    part.accept(shortest, tolerance);
  }
}
