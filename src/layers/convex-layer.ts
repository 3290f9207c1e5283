/** @file A problem of the modelling language as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, type Shape} from '@tensorflow/tfjs-layers';
import {ConvexProblem, problemFromJSON, type SavedProblem} from '../convex/index.js';
import {ON_FAILURE, type OnFailure} from '../solvers/index.js';
import {checkChoice, checkNumber, type LayerArgs} from './base/arguments.js';
import {readConstants, type SavedConstant} from './base/constants.js';
import {checkCount, shapeList} from './base/inputs.js';
import type {Part} from './base/description.js';
import {learnedAs, learnedInitializer, learnedValue} from './base/learned-parameters.js';
import {checkNameList, type SavedName} from './base/name-list.js';
import {SolverLayer} from './base/solver-layer.js';

type Weight = ReturnType<SolverLayer['addWeight']>;

/** The arguments of `ConvexLayer`, in addition to those of every Keras layer. */
export interface ConvexLayerArgs extends LayerArgs {
  /** The problem, of `convex.problem`, or what a saved model has of it. */
  problem: ConvexProblem | SavedProblem;
  /** The parameters that are fed, in the order of the inputs, each [B, …shape]. */
  inputs: readonly string[] | readonly SavedName[];
  /** Parameters that are fixed, without a batch axis. They are saved with the layer. All other parameters are learned. */
  constants?:
    | Readonly<Record<string, tf.Tensor | tf.TensorLike>>
    | (SavedName & Omit<SavedConstant, 'symbol'>)[]
    | undefined;
  /** The variables that are given out, in this order, each [B, …shape]. Default: all, in the order in which the problem names them. */
  outputs?: readonly string[] | readonly SavedName[] | undefined;
  /** The constraints whose multipliers are given out after the variables. Default: none. */
  duals?: readonly string[] | readonly SavedName[] | undefined;
  /** Relative error at which a sample counts as solved. Default: that of the solver. */
  tolerance?: number | undefined;
  /** The largest number of iterations of a sample. Default: that of the solver. */
  maxIterations?: number | undefined;
  /** When samples fail: 'warn' (default), 'throw' or 'ignore'. They get zeros and a zero gradient. */
  onFailure?: OnFailure | undefined;
  /** The seed of the random initial weights. Default: a different one each time. */
  seed?: number | undefined;
}

const OWN = [
  ...['problem', 'inputs', 'constants', 'outputs', 'duals'],
  ...['tolerance', 'maxIterations', 'onFailure', 'seed'],
];

/**
 * The solution of a convex problem as a layer: some parameters are inputs [B, …], some constants, and the rest is learned; the outputs are
 * variables [B, …], and multipliers of constraints on request.
 *
 *     model.add(new ConvexLayer({problem: lasso, inputs: ['b'], constants: {A}, outputs: ['x']}));
 *
 * A learned parameter with a sign is |w|, or −|w|, of a learned w; one with `psd: true` is LLᵀ of a learned L.
 *
 * @throws If a name is unknown or used twice; at build, if shapes do not fit.
 * @see Agrawal et al. 2019, Differentiable convex optimization layers (arXiv 1910.12430).
 */
export class ConvexLayer extends SolverLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'ConvexLayer';
  private readonly problem: ConvexProblem;
  private readonly fed: readonly string[];
  private readonly constants: Map<string, SavedConstant>;
  private readonly outputs: readonly string[];
  private readonly duals: readonly string[];
  private readonly onFailure: OnFailure;
  private readonly limits: {tolerance?: number; maxIterations?: number};
  private readonly seed?: number;
  private readonly parameters = new Map<string, Weight>();

  /** @param args The problem, and which of its parameters are fed, constant or learned. */
  constructor(args: ConvexLayerArgs) {
    const {className} = ConvexLayer;
    super(className, args ?? {}, OWN);
    // Without a problem, the next line says so.
    const {problem, inputs, outputs, duals} = (args ?? {}) as ConvexLayerArgs;
    this.problem = problem instanceof ConvexProblem ? problem : problemOf(problem);
    const {parameters, variables, constraints: known} = this.problem;
    const shapes = Object.fromEntries([...parameters].map(([name, {shape}]) => [name, shape.map(String)]));
    const {constants} = args;
    const given = Array.isArray(constants)
      ? constants.map(({name, ...constant}: SavedName & Omit<SavedConstant, 'symbol'>) => ({
          symbol: name,
          ...constant,
        }))
      : (constants as Record<string, tf.Tensor>);
    this.constants = readConstants<string>(className, shapes, given);
    this.fed = checkNameList(className, 'inputs', inputs, parameters, 'parameter');
    this.fed.forEach((name) => {
      if (this.constants.has(name))
        throw new Error(
          `${className}: ${name} is both an input and a constant. Leave it out of one of them.`,
        );
    });
    this.constants.forEach(({shape}, name) => {
      const expected = parameters.get(name)!.shape;
      if (tf.util.arraysEqual(shape, [...expected])) return;
      throw new Error(
        `${className}: the constant ${name} must have the shape [${expected}], got [${shape}].`,
      );
    });
    this.outputs = checkNameList(
      className,
      'outputs',
      outputs ?? [...variables.keys()],
      variables,
      'variable',
    );
    this.duals = checkNameList(className, 'duals', duals ?? [], known, 'constraint', 0);
    this.onFailure = checkChoice(className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE);
    this.seed = args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0);
    const {tolerance, maxIterations} = args;
    this.limits = {
      ...(tolerance != null && {tolerance: checkNumber(className, 'tolerance', tolerance, Number.MIN_VALUE)}),
      ...(maxIterations != null && {
        maxIterations: checkNumber(className, 'maxIterations', maxIterations, 1, true),
      }),
    };
  }

  protected override get inputNames(): readonly string[] {
    return this.fed;
  }

  protected override get isSized(): boolean {
    return true;
  }

  protected override get solves(): string {
    return `${this.outputs.join(', ')} of\n  ${String(this.problem).replaceAll('\n', '\n  ')}`;
  }

  protected override parts(): Part[] {
    return [...this.problem.parameters].map(([name, parameter]): Part => {
      const {shape} = parameter;
      if (this.fed.includes(name)) return {name, role: 'fed', shape: ['B', ...shape]};
      if (this.constants.has(name)) return {name, role: 'constant', shape};
      return {name, role: 'learned', shape, ...learnedAs(parameter)};
    });
  }

  override build(inputShape: Shape | Shape[]): void {
    const {className} = ConvexLayer;
    const shapes = shapeList(inputShape);
    checkCount(className, this.fed, shapes.length);
    const {parameters} = this.problem;
    this.fed.forEach((name, i) => {
      const {shape} = parameters.get(name)!;
      if (String(shapes[i].slice(1)) === String(shape)) return;
      throw new Error(
        `${className}: the input ${name} must have the shape [B${shape.map((size) => `, ${size}`).join('')}], got [${shapes[i].map((size) => size ?? 'B').join(', ')}].`,
      );
    });
    for (const name of parameters.keys()) {
      if (this.fed.includes(name)) continue;
      const constant = this.constants.get(name);
      if (constant) this.addConstant(name, constant);
      else this.addLearned(name);
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [[batch]] = shapeList(inputShape);
    const {variables, constraints: known} = this.problem;
    const shapes = [
      ...this.outputs.map((name) => variables.get(name)!.shape),
      ...this.duals.map((name) => known.get(name)!.expression.shape),
    ].map((shape): Shape => [batch, ...shape]);
    return shapes.length === 1 ? shapes[0] : shapes;
  }

  protected override solve(list: tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    const values = Object.fromEntries(
      [...this.problem.parameters.keys()].map((name) => {
        const index = this.fed.indexOf(name);
        return [name, index >= 0 ? list[index] : this.current(name)];
      }),
    );
    const {onFailure, limits, outputs, duals} = this;
    const found = this.problem.solve(values, {...limits, onFailure});
    this.remember(found);
    const parts = [
      ...outputs.map((name) => found.variables[name]),
      ...duals.map((name) => found.duals[name]),
    ];
    return parts.length === 1 ? parts[0] : parts;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const {tolerance = null, maxIterations = null} = this.limits;
    return {
      ...super.getConfig(),
      problem: this.problem.toJSON() as unknown as tf.serialization.ConfigDict,
      inputs: this.fed.map((name) => ({name})),
      constants: [...this.constants.values()].map(({symbol: name, ...constant}) => ({name, ...constant})),
      outputs: this.outputs.map((name) => ({name})),
      duals: this.duals.map((name) => ({name})),
      ...{tolerance, maxIterations, onFailure: this.onFailure, seed: this.seed ?? null},
    };
  }

  /** A learned or constant parameter as it is now. */
  private current(name: string): tf.Tensor {
    const value = this.parameters.get(name)!.read();
    return this.constants.has(name) ? value : learnedValue(this.problem.parameters.get(name)!, value);
  }

  private addLearned(name: string): void {
    const parameter = this.problem.parameters.get(name)!;
    const {seed: first} = this;
    const seed = first == null ? undefined : first + this.parameters.size;
    const initializer = learnedInitializer(parameter, seed);
    const isTrained = parameter.sign !== 'zero';
    const weight = this.addWeight(name, [...parameter.shape], 'float32', initializer, undefined, isTrained);
    this.parameters.set(name, weight);
  }

  private addConstant(name: string, {shape, values}: SavedConstant): void {
    const weight = this.addWeight(name, shape, 'float32', initializers.zeros(), undefined, false);
    const value = tf.tensor(values, shape);
    weight.write(value);
    value.dispose();
    this.parameters.set(name, weight);
  }
}

function problemOf(saved: unknown): ConvexProblem {
  if (typeof saved === 'string' || (typeof saved === 'object' && saved !== null && 'objective' in saved)) {
    return problemFromJSON(saved as SavedProblem);
  }
  throw new Error(`${ConvexLayer.className}: problem must be made by convex.problem.`);
}

tf.serialization.registerClass(ConvexLayer);
