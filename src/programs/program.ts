/** @file A graph that is prepared for repeated runs, by one user at a time. */
import type {Graph} from './graph.js';
import {keepPrepared, takePrepared} from './kept.js';
import type {Prepared} from './prepare.js';

export {NoRoutine} from './routines/index.js';

/** Runs a graph in double precision. */
export class Program {
  private prepared: Prepared | null;
  private readonly inputs: Prepared['inputs'];
  private readonly outputs: Prepared['outputs'];
  private isStale = true;

  /**
   * @param fast The indices of the inputs that change from run to run. The other inputs must be set before the first run, which computes
   * what depends on them alone.
   * @param rare The indices of outputs that `run(false)` leaves out.
   * @throws `NoRoutine` if a line has no routine, `OutOfMemory` if the values take more memory than is allowed or there is.
   */
  constructor(graph: Graph, fast: readonly number[], rare: readonly number[] = []) {
    this.prepared = takePrepared(graph, fast, rare);
    this.inputs = this.prepared.inputs;
    this.outputs = this.prepared.outputs;
  }

  /** The values of an input. Write them before a run; those of an input that is not fast before the first. */
  input(index: number): Float64Array {
    return this.inputs[index].data;
  }

  /** The values of an output after a run. They are valid until the next run and must not be written. */
  output(index: number): Float64Array {
    return this.outputs[index].data;
  }

  /** The shapes of the outputs. */
  get shapes(): number[][] {
    return this.outputs.map(({shape}) => shape);
  }

  /** @param isComplete False: without the rare outputs. */
  run(isComplete = true): void {
    if (!this.prepared) throw new Error('Program: it has been disposed.');
    const {slow, each, often} = this.prepared;
    if (this.isStale) for (const step of slow) step();
    this.isStale = false;
    for (const step of isComplete ? each : often) step();
  }

  /**
   * Gives the memory and the routines back so that another program can use them. Arrays that this program returned must not be read
   * afterwards. Without this call, the garbage collector frees the memory.
   */
  dispose(): void {
    if (this.prepared) keepPrepared(this.prepared);
    this.prepared = null;
  }
}
