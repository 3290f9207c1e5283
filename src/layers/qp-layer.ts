/** @file A quadratic program as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, type Shape} from '@tensorflow/tfjs-layers';
import {QP_PARAMETERS, solveQP, type QPInput, type QPParameter} from '../solvers/index.js';
import {sparseAlgebra, type SparseMatrix} from '../linalg/index.js';
import {linearSolverConfig} from './base/arguments.js';

import type {SavedConstant} from './base/constants.js';
import {noteLearned, qpParts, type QPPart} from './base/qp-description.js';
import {QP_ARGUMENTS, readQPArguments, type QPLayerArgs, type QPSettings} from './base/qp-arguments.js';
import {findSizes, type QPSizes} from './base/qp-parameters.js';
import {checkCount, shapeList} from './base/inputs.js';
import type {Part} from './base/description.js';
import {SolverLayer} from './base/solver-layer.js';
import {WarmStart} from './base/warm-start.js';

type Weight = ReturnType<SolverLayer['addWeight']>;

/**
 * x(p) = argmin ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, lower ≤ x ≤ upper: input p [B, d], output x [B, n].
 *
 * Each of Q, p, G, h, A and b is an input, a constant or learned; the bounds lower and upper are an input, a constant or absent. Learned by default are Q = LLᵀ + εI (so that it stays positive
 * definite), G, h, and, with `equalities`, A and b. With G and h learned freely a sample can become infeasible: `OptNetQP` parametrises
 * them so that it cannot.
 *
 *     model.add(new QPLayer({inputShape: [8]}));
 *
 *     new QPLayer({inputShape: [8], inequalities: 0, constants: {lower: new Array(8).fill(0)}}); // x ≥ 0
 *
 * @throws At build, if shapes or sizes do not fit together.
 * @see Amos & Kolter 2017 (arXiv 1703.00443).
 */
export class QPLayer extends SolverLayer {
  /** The name under which saved models find this layer. */
  static readonly className: string = 'QPLayer';
  /** The arguments, checked, with their defaults filled in. */
  protected readonly settings: QPSettings;
  private readonly warmStart: WarmStart<'x' | 'ineqDual' | 'eqDual' | 'lowerDual' | 'upperDual' | 'slack'>;
  /** The numbers of variables, inequalities and equalities; known once the layer is built. */
  protected sizes!: QPSizes;
  /** By name: the symbol of a constant or of a learned tensor (L, p, G, h, A, b, …). */
  protected readonly parameters = new Map<string, Weight>();
  /** The sparse constants by name, with the values that were given: the weight of that name has them. */
  private readonly sparse = new Map<QPParameter, SparseMatrix>();
  private inputMap: Weight | null = null;

  /** @param args Which of Q, p, G, h, A and b are fed, constant or learned. Default: p is fed, the rest is learned. */
  constructor(args: QPLayerArgs = {}) {
    const className = new.target.className;
    super(className, args, QP_ARGUMENTS);
    this.settings = readQPArguments(className, args);
    this.warmStart = new WarmStart(this.settings.warmStart);
  }

  protected override get inputNames(): readonly string[] {
    return this.settings.fed;
  }

  protected override get isSized(): boolean {
    return true;
  }

  protected override get solves(): string {
    const [low, high] = [this.isGiven('lower') ? 'lower ≤ ' : '', this.isGiven('upper') ? ' ≤ upper' : ''];
    return `x = argmin ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b${low || high ? `, ${low}x${high}` : ''}`;
  }

  protected override parts(): Part[] {
    const parts = qpParts(this.settings, this.built ? this.sizes : null, (name) => this.partOf(name));
    if (!this.inputMap) return parts;
    const shape = this.inputMap.shape;
    const fed = parts.map((part) => (part.name === 'p' ? {...part, shape: ['B', shape[0]]} : part));
    return [...fed, {name: 'kernel', role: 'learned', shape, as: 'the linear map of p'}];
  }

  /** How a parameter that is neither fed nor constant is computed; `null` if the problem does not have it. */
  protected partOf(parameter: QPParameter): QPPart | null {
    if (!this.isPresent(parameter)) return null;
    return {role: 'learned', as: parameter === 'Q' ? `LLᵀ + ${this.settings.epsilon} I` : undefined};
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = shapeList(inputShape);
    const className = this.getClassName();
    const {fed, constants, fixed, seed} = this.settings;
    checkCount(className, fed, shapes.length);
    this.sizes = findSizes(className, fed, shapes, constants, fixed);
    const p = fed.indexOf('p');
    const width = p < 0 ? this.sizes.n : shapes[p][1];
    if (width == null)
      throw new Error(`${className}: the width of the input p must be known, got [${shapes[p]}].`);
    if (width !== this.sizes.n) {
      const random = initializers.glorotUniform({seed});
      this.inputMap = this.addWeight('kernel', [width, this.sizes.n], 'float32', random, undefined, true);
    }
    for (const parameter of QP_PARAMETERS) {
      if (fed.includes(parameter) || !this.isPresent(parameter)) continue;
      const constant = constants.get(parameter);
      if (!constant) this.addLearned(parameter);
      else this.addConstant(parameter, constant);
    }
    super.build(inputShape);
    this.noteLearned();
  }

  /** Prints once what is learned, if the constants given would not lead the user to expect it. */
  protected noteLearned(): void {
    noteLearned(this.getClassName(), this.name, this.settings, this.sizes);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shapes = shapeList(inputShape);
    const {fed, constants, fixed} = this.settings;
    const {n} = findSizes(this.getClassName(), fed, shapes, constants, fixed);
    return [shapes[0][0], n];
  }

  protected override solve(list: tf.Tensor[]): tf.Tensor {
    const {fed, tolerance, maxIterations, onFailure, onInfeasible, kink, linsolve, solver} = this.settings;
    const problem = this.problem(new Map(fed.map((parameter, i) => [parameter, list[i]])));
    const result = solveQP(problem, {
      ...{tolerance, maxIterations, onFailure, onInfeasible, ...kink, linsolve, solver},
      onGradient: this.rememberGradient,
      initial: this.warmStart.take(list[0].shape[0]),
    });
    const {x, slack, ineqDual, eqDual, lowerDual, upperDual} = result;
    const duals = {ineqDual, eqDual, lowerDual, upperDual};
    this.remember({...result, duals});
    this.warmStart.keep({x, slack, ...duals});
    return x;
  }

  override dispose(): ReturnType<SolverLayer['dispose']> {
    this.warmStart.dispose();
    return super.dispose();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const {fixed, fed, constants, epsilon, seed, kink, linsolve, warmStart, ...rest} = this.settings;
    const {tolerance, maxIterations, onFailure, onInfeasible} = rest;
    return {
      ...super.getConfig(),
      units: fixed.units ?? null,
      inequalities: fixed.inequalities ?? null,
      equalities: fixed.equalities ?? null,
      inputs: fed,
      constants: [...constants.values()],
      epsilon,
      seed: seed ?? null,
      ...{tolerance, maxIterations, onFailure, onInfeasible},
      ...kink,
      linsolve: linearSolverConfig(linsolve),
      warmStart,
    };
  }

  /** Whether the problem has this parameter at all. */
  protected isPresent(parameter: QPParameter): boolean {
    const {m, k} = this.sizes;
    if (parameter === 'G' || parameter === 'h') return m > 0;
    if (parameter === 'lower' || parameter === 'upper') return this.isGiven(parameter);
    return parameter === 'A' || parameter === 'b' ? k > 0 : true;
  }

  /** Whether the problem has this parameter, and it is neither an input nor a constant. */
  protected isLearned(parameter: QPParameter): boolean {
    return this.isPresent(parameter) && !this.isGiven(parameter);
  }

  /** Whether it is an input or a constant. */
  protected isGiven(parameter: QPParameter): boolean {
    const {fed, constants} = this.settings;
    return fed.includes(parameter) || constants.has(parameter);
  }

  /** Creates the weights from which a learned parameter is computed. With the initial weights, x = 0 is feasible. */
  protected addLearned(parameter: QPParameter): void {
    const {n, m, k} = this.sizes;
    const {seed: first} = this.settings;
    const zeros = initializers.zeros();
    // Each has its own seed: equal rows in G and A would contradict each other.
    const seed = first == null ? undefined : first + QP_PARAMETERS.indexOf(parameter);
    const random = initializers.glorotUniform({seed});
    if (parameter === 'Q') this.addParameter('L', [n, n], initializers.identity({}));
    if (parameter === 'p') this.addParameter('p', [n], zeros);
    if (parameter === 'G') this.addParameter('G', [m, n], random);
    if (parameter === 'h') this.addParameter('h', [m], initializers.ones());
    if (parameter === 'A') this.addParameter('A', [k, n], random);
    if (parameter === 'b') this.addParameter('b', [k], zeros);
  }

  /** Creates a trained float32 weight, and keeps it in `parameters` under its name. */
  protected addParameter(
    name: string,
    shape: number[],
    initializer: ReturnType<typeof initializers.zeros>,
  ): void {
    this.parameters.set(name, this.addWeight(name, shape, 'float32', initializer, undefined, true));
  }

  /** The problem for one call, with learned parameters computed from their weights. */
  protected problem(fed: Map<QPParameter, tf.Tensor>): QPInput {
    const read = (name: string) => this.parameters.get(name)?.read();
    const problem: Partial<Record<QPParameter, tf.Tensor | SparseMatrix>> = {};
    for (const parameter of QP_PARAMETERS) {
      const value = fed.get(parameter) ?? read(parameter);
      if (value) problem[parameter] = this.sparse.get(parameter)?.withValues(value) ?? value;
    }
    if (this.isLearned('Q')) {
      const L = read('L') as tf.Tensor2D;
      problem.Q = tf.add(tf.matMul(L, L, false, true), tf.mul(this.settings.epsilon, tf.eye(this.sizes.n)));
    }
    if (this.inputMap) problem.p = tf.matMul(problem.p as tf.Tensor2D, this.inputMap.read() as tf.Tensor2D);
    return problem as QPInput;
  }

  private addConstant(parameter: QPParameter, {shape, values, rows, columns}: SavedConstant): void {
    if (rows) {
      const size = shape as [number, number];
      const algebra = sparseAlgebra(this.getClassName());
      this.sparse.set(parameter, algebra.matrix(parameter, size, rows, columns!, values));
    }
    const stored = rows ? [rows.length] : shape;
    const weight = this.addWeight(parameter, stored, 'float32', initializers.zeros(), undefined, false);
    const value = tf.tensor(values, stored);
    weight.write(value);
    value.dispose();
    this.parameters.set(parameter, weight);
  }
}

tf.serialization.registerClass(QPLayer);
