/** @file Runs a function once and records what it computes as a graph. */
import * as tf from '@tensorflow/tfjs-core';
import {
  observe,
  offTape,
  type KernelCall,
  type Observed,
  type ObservedLoop,
  type UserCall,
} from '../autodiff/index.js';
import type {Graph, Line} from './graph.js';

/** A graph, with the outside tensors that its inputs represent: the arguments, then the tensors that the function closes over. */
export interface Trace {
  graph: Graph;
  /** They come after the arguments in `graph.inputs`. */
  closedOver: tf.Tensor[];
  /** The calls of the user's functions. */
  userCalls: readonly UserCall[];
  /** The ids of the tensors that the function made from numbers, with their values, in order. */
  made: ReadonlyMap<number, Float64Array>;
  /** The tensor of each constant of the graph, by its id. */
  constantIds: ReadonlyMap<number, number>;
}

/** The error that states why a function cannot be traced. */
export class Untraceable extends Error {
  override name = 'Untraceable';
}

/**
 * @param f A pure function. It is run once, off the tape, and its result is disposed.
 * @param examples The arguments of that run, which become the arguments of the program. f gets each as a tensor of its own: the same tensor
 * may be given twice, and f may also close over it, as a tensor from outside.
 * @throws `Untraceable` if f reads values, draws random numbers, or computes with strings or complex numbers.
 */
export function trace(f: (xs: tf.Tensor[]) => tf.Tensor[], examples: readonly tf.Tensor[]): Trace {
  let result!: Trace;
  offTape(() => {
    const inputs = examples.map((tensor) => tf.reshape(tensor, tensor.shape));
    const {result: outputs, seen} = observe(() => f(inputs));
    if (seen.impure !== null) throw new Untraceable(seen.impure);
    result = new Recorder(seen).trace(inputs, outputs);
    return [];
  });
  return result;
}

class Recorder {
  private readonly graph: Graph = {values: [], constants: new Map(), inputs: [], lines: [], outputs: []};
  private readonly indices = new Map<number, number>();
  private readonly closedOver: tf.Tensor[] = [];
  private readonly calls: readonly KernelCall[];
  private readonly constants: ReadonlyMap<number, Float64Array>;
  private readonly constantIds = new Map<number, number>();
  private readonly userCalls: readonly UserCall[];
  /** Outer loops come before the loops inside them. */
  private readonly loops: ObservedLoop[];

  constructor({calls, constants, loops, userCalls}: Observed) {
    this.userCalls = userCalls;
    this.calls = calls;
    this.constants = constants;
    this.loops = [...loops].reverse();
  }

  trace(inputs: readonly tf.Tensor[], outputs: readonly tf.Tensor[]): Trace {
    const {graph} = this;
    graph.inputs = inputs.map((tensor) => this.add(tensor));
    graph.lines = this.lines(0, this.calls.length);
    graph.outputs = outputs.map((tensor) => this.indexOf(tensor));
    graph.inputs.push(...this.closedOver.map((tensor) => this.indexOf(tensor)));
    const {closedOver, userCalls, constants: made, constantIds} = this;
    return {graph, closedOver, userCalls, made, constantIds};
  }

  /** The calls in a range. The calls of a loop's observed pass become one line. */
  private lines(from: number, to: number): Line[] {
    const lines: Line[] = [];
    for (let i = from; i < to; i++) {
      const loop = this.loops.find((candidate) => candidate.from === i && candidate.to <= to);
      if (!loop) {
        lines.push(this.line(this.calls[i]));
        continue;
      }
      this.loops.splice(this.loops.indexOf(loop), 1);
      lines.push(this.loop(loop));
      i = loop.to - 1;
    }
    return lines;
  }

  private line({kernel, inputs, attributes, outputs}: KernelCall): Line {
    return {
      kernel,
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, tensors]) => [
          name,
          tensors.map((tensor) => this.indexOf(tensor)),
        ]),
      ),
      attributes,
      outputs: outputs.map((tensor) => this.add(tensor)),
    };
  }

  private loop({kernel, from, to, before, begins, ends, open, results, limit}: ObservedLoop): Line {
    const state = before.map((tensor) => this.indexOf(tensor));
    const starts = begins.map((tensor) => this.add(tensor));
    const lines = this.lines(from, to);
    return {
      kernel,
      inputs: {state},
      attributes: {},
      outputs: results.map((tensor) => this.add(tensor)),
      loop: {
        begins: starts,
        ends: ends.map((tensor) => this.indexOf(tensor)),
        open: open && this.indexOf(open),
        limit,
        lines,
      },
    };
  }

  private add(tensor: tf.Tensor): number {
    const {shape, dtype, id} = tensor;
    if (dtype === 'string' || dtype === 'complex64')
      throw new Untraceable(`it computes with ${dtype} tensors`);
    const index = this.graph.values.push({shape, dtype}) - 1;
    this.indices.set(id, index);
    return index;
  }

  private indexOf(tensor: tf.Tensor): number {
    const known = this.indices.get(tensor.id);
    if (known !== undefined) return known;
    const index = this.add(tensor);
    const constant = this.constants.get(tensor.id);
    if (constant) {
      this.graph.constants.set(index, constant);
      this.constantIds.set(index, tensor.id);
    } else this.closedOver.push(tensor);
    return index;
  }
}
