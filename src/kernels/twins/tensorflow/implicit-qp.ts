/**
 * @file The kernel 'ImplicitQP' on the backend 'tensorflow': the batch is solved by operations of TensorFlow in double precision. Several
 * solvers run in turn, each on the problems that the ones before it did not solve, and `acceptance.ts` decides what is reported. What none
 * of them can decide is solved on the host.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type {NodeBackend} from '../../backends/node-backend.js';
import type {DeviceCompute} from '../../backends/node-device.js';
import {
  and,
  asNumber,
  chosen,
  concat,
  deviceOf,
  filled,
  given,
  isEqual,
  larger,
  minus,
  mul,
  onDevice,
  or,
  part,
  replaced,
  smaller,
  spread,
  take,
  tensorOf,
  tidy,
  where,
  type Chosen,
  type Doubles,
  type Flags,
  type Output,
} from './arrays/index.js';
import {accept, takeSizes, type Accepted} from './acceptance.js';
import {magnitudesOf, type Magnitudes} from './certificate.js';
import {interiorPoint, type Found, type Limits} from './interior-point.js';
import {polish} from './polish.js';
import {takeProblem, type Data, type Point, type Problem} from './problem.js';
import {readProblem} from './read-problem.js';
import {descentCandidate, farkasCandidate} from './proofs.js';
import {descent, descentRay, farkas, farkasRay} from './rays.js';
import {equilibrate, rescale, scaleProblem, type Scaling} from './scaling.js';

type Inputs = keyof Data | 'gx' | 'gIneq' | 'gEq' | 'gSlack';

/** Solves the problems on the host: tensors of the outputs of the kernel, for tensors of its inputs. */
export type OnHost = (
  inputs: Record<string, tf.TensorInfo>,
  attributes: Record<string, unknown>,
  backend: NodeBackend,
) => tf.TensorInfo[];

/** Statuses, and that of a sample about which nothing is known yet. */
const [SOLVED, INFEASIBLE, UNBOUNDED, INVALID, OPEN] = [0, 1, 2, 5, -1];
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
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

export const deviceQP =
  (onHost: OnHost): DeviceCompute<Inputs> =>
  (inputs, attributes, backend) =>
    onDevice(backend, () => {
      const solver = new Solver(inputs, attributes as {tolerance: number; maxIterations: number});
      solver.run();
      const {results, sizes} = solver;
      const outputs = outputsOf(inputs, sizes.problem, results);
      const open = chosen(isEqual(results.status, OPEN));
      if (open.count === 0) return outputs;
      const {batch} = sizes.problem;
      return completed(outputs, open, inputs, batch, (few) => onHost(few, attributes, backend));
    });

/** What is known about the samples, in double precision. */
interface Results {
  x: Doubles;
  y: Doubles;
  s: Doubles;
  activity: Doubles;
  status: Doubles;
  iterations: Doubles;
  residual: Doubles;
  rayX: Doubles;
  rayY: Doubles;
}

class Solver {
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
  private on(solve: (part: Part) => void): void {
    const {sizes, scaled, scaling, results} = this;
    const open = chosen(isEqual(results.status, OPEN));
    if (open.count === 0) return;
    this.results = tidy(() => {
      const isWhole = open.count === scaled.batch;
      const pick = (v: Doubles) => (isWhole || v.shape[0] === 1 ? v : take(v, open));
      const part = new Part(
        isWhole ? sizes : takeSizes(sizes, open),
        isWhole ? scaled : takeProblem(scaled, open),
        {
          D: pick(scaling.D),
          E: pick(scaling.E),
          c: pick(scaling.c),
          beta: pick(scaling.beta),
          absent: isWhole ? scaling.absent : take(scaling.absent, open, true),
        },
        isWhole ? null : open,
        {...this.results},
      );
      solve(part);
      return part.results;
    });
  }

  private fromGuess(part: Part): void {
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

  private attempt(part: Part, limits: Limits): void {
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

/** The samples of a batch that a solver works on. */
class Part {
  constructor(
    readonly sizes: Magnitudes,
    readonly scaled: Problem,
    readonly scaling: Scaling,
    /** Which samples they are; `null` for all. */
    private readonly samples: Chosen | null,
    readonly results: Results,
  ) {}

  /** The part of an array of the whole batch. */
  of(v: Doubles): Doubles {
    return this.samples ? take(v, this.samples) : v;
  }

  /** An array of the whole batch with the values of this part. */
  put(whole: Doubles, own: Doubles): Doubles {
    return this.samples ? replaced(whole, this.samples, own) : own;
  }

  isOpen(): boolean {
    return chosen(this.open()).count > 0;
  }

  private open(): Flags {
    return isEqual(this.of(this.results.status), OPEN);
  }

  /** Takes the points that are solutions. */
  accept(candidate: Point, tolerance: number): void {
    const found = tidy((): Accepted => accept(this.sizes, candidate, this.scaling, tolerance));
    const isNew = and(found.holds, this.open());
    const {point, activity, residual} = found;
    const values = {...point, activity, residual};
    for (const name of ['x', 'y', 's', 'activity', 'residual'] as const) this.set(name, isNew, values[name]);
    this.set('status', isNew, SOLVED);
  }

  /** Takes the rays at which the interior point has ended, if they are proofs. */
  proveByRays({ray, isInfeasible, isUnbounded}: Found): void {
    if (chosen(and(this.open(), or(isInfeasible, isUnbounded))).count === 0) return;
    this.takeFarkas(where(isInfeasible, ray.y, 0));
    this.takeDescent(where(isUnbounded, ray.x, 0));
  }

  takeFarkas(y: Doubles): void {
    const {sizes, scaled, scaling} = this;
    const {holds, ray} = farkas(sizes, farkasRay(scaled, y, scaling));
    const isNew = and(holds, this.open());
    this.set('rayY', isNew, ray);
    this.set('status', isNew, INFEASIBLE);
  }

  takeDescent(x: Doubles): void {
    const {sizes, scaled, scaling} = this;
    const {holds, ray} = descent(sizes, descentRay(scaled, x, scaling));
    const isNew = and(holds, this.open());
    this.set('rayX', isNew, ray);
    this.set('status', isNew, UNBOUNDED);
  }

  private set(name: keyof Results, flags: Flags, v: Doubles | number): void {
    const {results} = this;
    results[name] = this.put(results[name], where(flags, v, this.of(results[name])));
  }
}

/** The outputs of the kernel, in the order of `QP_OUTPUTS`. */
function outputsOf(
  {h, G}: Record<Inputs, tf.TensorInfo>,
  {batch, n, k, m, bounded}: Problem,
  {x, y, s, activity, status, iterations, residual, rayX, rayY}: Results,
): Output[] {
  const isSolved = isEqual(status, SOLVED);
  const only = (v: Doubles) => where(isSolved, v, 0);
  const equalities = (v: Doubles) => part(v, 1, 0, k);
  const inequalities = (v: Doubles) => part(v, 1, k, m);
  const held = (v: Doubles) => larger(-LARGEST, smaller(LARGEST, v));
  // A row without a bound, or of zeros, has the slack that it would have as given.
  const free = minus(spread(given(h, [h.shape[0], m, 1]), [batch, m, 1]), mul(given(G), x));
  const isBound = inequalities(spread(asNumber(bounded), [batch, k + m, 1]));
  const slack = smaller(LARGEST, larger(0, where(isEqual(isBound, 1), inequalities(s), free)));
  const [ofX, ofRows, ofEqualities, ofEach] = [[batch, n], [batch, m], [batch, k], [batch]];
  return [
    {from: only(x), shape: ofX},
    {from: only(inequalities(y)), shape: ofRows},
    {from: only(equalities(y)), shape: ofEqualities},
    {from: only(slack), shape: ofRows},
    {from: only(inequalities(activity)), shape: ofRows, dtype: 'int32'},
    {from: status, shape: ofEach, dtype: 'int32'},
    {from: iterations, shape: ofEach, dtype: 'int32'},
    {from: residual, shape: ofEach},
    {from: held(rayX), shape: ofX},
    {from: held(inequalities(rayY)), shape: ofRows},
    {from: held(equalities(rayY)), shape: ofEqualities},
  ];
}

/** The outputs, with those of the host in the samples that nothing on the device could decide. */
function completed(
  outputs: Output[],
  samples: Chosen,
  inputs: Record<string, tf.TensorInfo>,
  batch: number,
  onHost: (few: Record<string, tf.TensorInfo>) => tf.TensorInfo[],
): Output[] {
  const copies: tf.TensorInfo[] = [];
  const {backend} = deviceOf();
  try {
    const few = Object.entries(inputs).map(([name, info]) => {
      if (info.shape[0] !== batch || samples.count === batch) return [name, info];
      const copy = tensorOf({
        from: take(given(info), samples),
        shape: [samples.count, ...info.shape.slice(1)],
      });
      copies.push(copy);
      return [name, copy];
    });
    const found = onHost(Object.fromEntries(few) as Record<string, tf.TensorInfo>);
    const whole = outputs.map((output, i) => {
      const own = given(found[i], [samples.count, ...output.from.shape.slice(1)]);
      return {...output, from: replaced(output.from as Doubles, samples, own)};
    });
    for (const {dataId} of found) backend.disposeData(dataId);
    return whole;
  } finally {
    for (const copy of copies) (copy as tf.Tensor).dispose();
  }
}
