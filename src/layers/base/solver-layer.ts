/** @file The common part of the layers of this library: inputs as float32, and a report of the last solve. */
import * as tf from '@tensorflow/tfjs-core';
import {layers, type Shape, type SymbolicTensor} from '@tensorflow/tfjs-layers';
import {asFloat, nothing, rollBackOnThrow} from '../../autodiff/index.js';
import type {SolveInfo} from '../../linsolve/index.js';
import {reportFailures, type OnFailure} from '../../solvers/index.js';
import {checkArguments, type LayerArgs} from './arguments.js';
import {CallHistory, flatState, type SolveState} from './call-history.js';
import {describeLayer, inputsAndWeights, type Part} from './description.js';
import type {Diagnostics} from './diagnostics.js';
import {checkShapes, checkTensors, inputList, shapeList} from './inputs.js';
import {dividedBatch} from './part.js';
import {checkOutputs, failureOf, nameOf, withBatchHint} from './own-class.js';
import {predictInParts, type PredictOptions} from './predict-in-parts.js';

/** Arguments that `describe` shows as parameters. */
const SHOWN_AS_PARTS = ['inputs', 'constants', 'cell'];

/** The base class of all layers of this library: Keras layers whose output solves a problem, with a report of how each solve went. */
export abstract class SolverLayer extends layers.Layer {
  private readonly history = new CallHistory();
  private inputShapes: Shape[] | null = null;

  /**
   * @param className The name of the class, for messages: its `static className`, by which saved models find it.
   * @param args What the constructor was given: the arguments of every Keras layer (`name`, `inputShape`, …), and the layer's own.
   * @param own The names of the layer's own arguments, its options: `['softness']`, or `[]` for a layer without options. `getConfig` returns
   *   their values, so that they are saved.
   * @throws If the class has no `static className`, or `args` has a name that is neither Keras's nor in `own`.
   */
  constructor(className: string, args: LayerArgs, own: readonly string[]) {
    super(checkArguments(className, args, own));
  }

  /** @throws If the class has no `static className`: the constructor of tfjs asks for it. */
  override getClassName(): string {
    return nameOf(this.constructor);
  }

  /** The names of the inputs, in order. */
  protected abstract readonly inputNames: readonly string[];

  /** Whether a layer that has been built takes only inputs of these sizes, except for the batch axis. */
  protected get isSized(): boolean {
    return false;
  }

  override apply(
    inputs: tf.Tensor | tf.Tensor[] | SymbolicTensor | SymbolicTensor[],
    kwargs?: Record<string, unknown>,
  ): tf.Tensor | tf.Tensor[] | SymbolicTensor | SymbolicTensor[] {
    checkTensors(this.getClassName(), this.inputNames, inputs);
    try {
      return super.apply(inputs, kwargs);
    } catch (error) {
      throw withBatchHint(this.getClassName(), this.inputNames, inputs, error);
    }
  }

  /**
   * Takes the inputs as float32, in a `tf.tidy` that leaves nothing on the tape if it throws. An empty batch is not solved: it has an
   * empty output, and a gradient of zero for inputs and weights.
   *
   * @throws If a model was built with this layer, and the output has another shape than `computeOutputShape` told the model.
   */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[] {
    const solve = () => {
      this.invokeCallHook(inputs, kwargs);
      // The parts of one batch are one call.
      if (dividedBatch()?.isFirst(this.history) !== false) this.history.begin();
      const className = this.getClassName();
      const names = this.inputNames;
      const list = inputList(className, inputs, names).map((input, i) => asFloat(className, names[i], input));
      if (this.isSized && this.inputShapes) checkShapes(className, names, list, this.inputShapes);
      if (list[0].shape[0] === 0) return this.emptyOutput(list);
      const output = this.solve(list, kwargs ?? {});
      if (this.inboundNodes.length > 0) checkOutputs(className, output, this.outputShapes(list));
      return output;
    };
    return tf.tidy(() => rollBackOnThrow(solve));
  }

  /**
   * The output, as `tf.tidy(() => layer.apply(x))` gives it, in parts of about 8 ms, between which the event loop goes on: a page stays
   * responsive. Without a gradient.
   *
   *     const y = await layer.predictAsync(x, {signal: controller.signal});
   *
   * x is read when it is called; the weights are read part by part, so do not train meanwhile. A single row is never divided.
   *
   * @returns The output, or several for a layer that has them; the caller disposes of it.
   * @throws (rejects) As `apply`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
   */
  async predictAsync<T extends tf.Tensor | tf.Tensor[] = tf.Tensor>(
    x: tf.Tensor | tf.Tensor[],
    options: PredictOptions = {},
  ): Promise<T> {
    const call = (rows: tf.Tensor | tf.Tensor[]) => this.apply(rows) as T;
    return (await predictInParts(`${this.getClassName()}.predictAsync`, call, x, options)) as T;
  }

  /** The output, or several, for a batch of at least one sample. */
  protected abstract solve(inputs: tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[];

  private emptyOutput(inputs: tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    const none = tf.zeros([0]);
    this.remember({status: none, iterations: none, residual: none});
    const outputs = this.outputShapes(inputs) as number[][];
    const empty = nothing(outputs, [...inputs, ...this.trainableWeights.map((weight) => weight.read())]);
    return empty.length === 1 ? empty[0] : empty;
  }

  /** The shapes that `computeOutputShape` declares. */
  private outputShapes(inputs: tf.Tensor[]): Shape[] {
    const shapes = inputs.map(({shape}) => shape);
    return shapeList(this.computeOutputShape(shapes.length === 1 ? shapes[0] : shapes));
  }

  /** Records the shapes of the inputs, with the batch axis first. Layers with weights create them here. */
  override build(inputShape: Shape | Shape[]): void {
    this.inputShapes = shapeList(inputShape);
    super.build(inputShape);
  }

  /** A short text: the problem, which of its parameters are fed, constant or learned, with their shapes, and the options. */
  describe(): string {
    const keras = Object.keys(super.getConfig());
    const own = Object.entries(this.getConfig()).filter(
      ([name]) => !keras.includes(name) && !SHOWN_AS_PARTS.includes(name),
    );
    return describeLayer({
      className: this.getClassName(),
      name: this.name,
      solves: this.solves,
      parts: this.parts(),
      built: this.built,
      trainable: this.trainable,
      options: Object.fromEntries(own),
    });
  }

  /** The problem in one line, for `describe`. */
  protected get solves(): string {
    return `of ${this.inputNames.join(', ')}`;
  }

  /** The parts of the problem, for `describe`. Default: the inputs, and the weights by name. */
  protected parts(): Part[] {
    return inputsAndWeights(this, this.inputNames, this.inputShapes);
  }

  /**
   * How the last `call` went, and the last gradient.
   *
   * @throws (rejects) If the layer has not been called, or its `solve` has not called `remember`.
   */
  async diagnostics(): Promise<Diagnostics> {
    const report = await this.history.read();
    if (report) return report;
    throw new Error(
      this.history.hasBegun
        ? `${this.name} has not recorded a solve: call this.remember(state) in solve.`
        : `${this.name} has not been called yet.`,
    );
  }

  /** Frees the weights and the reports of the calls. */
  override dispose(): ReturnType<layers.Layer['dispose']> {
    this.history.dispose();
    return super.dispose();
  }

  /**
   * Records how the solve of this call went, for `diagnostics`. Call it in `solve`, with the `state` of a solver's run, or with the
   * result of `solveQP`.
   *
   * @param onFailure What to do if samples failed: 'warn', 'throw' or 'ignore' (default). A solver's run says nothing, so a layer around
   *   one passes 'warn'; `solveQP` and `customRoot` report by themselves.
   * @throws With 'throw'; with 'warn' if the input of every sample was invalid.
   */
  protected remember(state: SolveState, onFailure: OnFailure = 'ignore'): void {
    this.history.note(state);
    dividedBatch()?.note(this.history, flatState(state), (whole) => this.history.noteFlat(whole));
    if (onFailure === 'ignore') return;
    const where = `${this.getClassName()} '${this.name}'`;
    reportFailures({where, codes: this.statusCodes(), ...failureOf}, onFailure);
  }

  /**
   * Receives the report of the linear solve of this call's gradient, for `diagnostics().gradient`: pass it as the option `onGradient` of a
   * solver, of `solveQP` or of `customRoot`. Get a new one in each call.
   */
  protected get rememberGradient(): (info: SolveInfo) => void {
    return this.history.receiver();
  }

  /** The status of each sample in this call; empty if it cannot be read immediately. */
  protected statusCodes(): number[] {
    return this.history.statusCodes();
  }
}
