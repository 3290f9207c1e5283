/** @file Compiles a user's function to a program. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, see} from '../checks/index.js';
import {numbersOf, flatten, type Structure} from '../autodiff/index.js';
import {hostCanRead} from '../kernels/index.js';
import {Program} from './program.js';
import {trace, type Trace} from './trace.js';

/** A value in double precision. */
export type Numbers = number | Float64Array | Float32Array | Int32Array | readonly number[] | tf.Tensor;

/** A structure of tensors in which arrays replace the tensors. */
export type Arrays<S> = S extends tf.Tensor
  ? Float64Array
  : S extends readonly unknown[]
    ? {[K in keyof S]: Arrays<S[K]>}
    : S extends object
      ? {[K in keyof S]: Arrays<S[K]>}
      : never;

/** The function in double precision that `compile` returns. */
export interface Compiled<Y extends Structure> {
  /**
   * @param args As many arguments as there were examples, row-major.
   * @returns Float64Arrays, which the next call overwrites.
   */
  (...args: Numbers[]): Arrays<Y>;
}

interface Ready {
  program: Program;
  traced: Trace;
  /** The structure of the result; its tensors are disposed. */
  like: Structure;
  arguments: number;
}

/**
 * `f` in double precision, for your own loops. f is run once, here, to see what it computes. Its arguments, and tensors that it
 * closes over, are read at each call.
 *
 * @param f A pure function: it performs the same operations for all values. It may take gradients.
 * @param examples One tensor per argument. The arguments must have the same shapes and types.
 * @returns A function of the same number of tensors or row-major arrays. It returns Float64Arrays instead of f's tensors. The next call
 * overwrites them.
 * @throws If f cannot be traced (it reads values or draws random numbers) or has an operation without a routine.
 */
export function compile<X extends tf.Tensor[], Y extends Structure>(
  f: (...xs: X) => Y,
  examples: X,
): Compiled<Y> {
  checkFunction('compile', 'f', f);
  if (!hostCanRead())
    throw new Error(
      `compile: the values of the backend '${tf.getBackend()}' cannot be read at once.${see('catalogue/programs#compile')}`,
    );
  let like!: Structure;
  const traced = trace((xs) => {
    like = f(...(xs as X));
    return flatten(like);
  }, examples);
  const program = new Program(
    traced.graph,
    traced.graph.inputs.map((_, i) => i),
  );
  const ready: Ready = {program, traced, like, arguments: examples.length};
  return (...args) => run(ready, args) as Arrays<Y>;
}

function run({program, traced, like, arguments: count}: Ready, args: Numbers[]): unknown {
  if (args.length !== count)
    throw new Error(
      `compiled function: expected ${count} argument${count === 1 ? '' : 's'}, got ${args.length}.`,
    );
  args.forEach((value, i) => setInput(program, i, value, `argument ${i}`));
  traced.closedOver.forEach((tensor, i) =>
    setInput(program, count + i, tensor, 'a tensor that f closes over'),
  );
  program.run();
  let next = 0;
  return place(like, () => program.output(next++));
}

function setInput(program: Program, index: number, value: Numbers, what: string): void {
  const to = program.input(index);
  const numbers = value instanceof tf.Tensor ? numbersOf(value) : typeof value === 'number' ? [value] : value;
  if (numbers.length !== to.length) {
    throw new Error(`compiled function: ${what} has ${numbers.length} entries, expected ${to.length}.`);
  }
  to.set(numbers);
}

function place(like: Structure, next: () => Float64Array): unknown {
  if (like instanceof tf.Tensor) return next();
  if (Array.isArray(like)) return like.map((part) => place(part, next));
  return Object.fromEntries(Object.entries(like).map(([name, part]) => [name, place(part, next)]));
}
