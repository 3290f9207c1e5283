/** @file Solves the problems of a chunk, with gradients if a cotangent is given. */
import * as tf from '@tensorflow/tfjs-core';
import {solvers} from '../src/index.js';
import {DataError, UsageError} from './failure.js';
import {shapeOf, type Sizes} from './layout.js';
import {PARTS, widthOf, type Chunk, type Column, type Part, type Shared} from './table.js';

/** How to solve, and what to compute besides the solution. */
export interface Solving {
  tolerance?: number;
  maxIterations?: number;
  degenerate?: 'leastNorm' | 'oneSided' | 'smooth';
  /** The column that holds ∂ℓ/∂x. */
  cotangent?: string;
  /** The parts that get a gradient; default all. */
  gradients?: Part[];
}

type Result = Awaited<ReturnType<solvers.InteriorPointQP['runAsync']>>;
type Data = Record<'Q' | 'p' | 'G' | 'h' | 'A' | 'b', tf.Tensor> &
  Partial<Record<'lower' | 'upper', tf.Tensor>>;

/** The results of a chunk. */
export interface Solved {
  /** By name: x, the duals, status, iterations, residual, and a gradient for each column. */
  columns: Map<string, Column>;
  /** The gradients of what all rows share, summed over the rows in double precision. */
  sums: Map<Part, Float64Array>;
}

/** Solves chunk after chunk. */
export class Solver {
  private readonly solver: solvers.InteriorPointQP;

  constructor(private readonly options: Solving) {
    const {tolerance, maxIterations, degenerate} = options;
    this.solver = new solvers.InteriorPointQP({tolerance, maxIterations, degenerate, onFailure: 'ignore'});
  }

  /** @throws `DataError` if the cotangent is missing or has another size than x. */
  async solve(chunk: Chunk, shared: Shared, sizes: Sizes): Promise<Solved> {
    const data = dataOf(chunk, shared, sizes);
    const kept: tf.Tensor[] = Object.values(data);
    try {
      if (this.options.cotangent === undefined) {
        const result = await this.solver.runAsync(null, data);
        kept.push(...tensorsOf(result));
        return {columns: await columnsOf(result), sums: new Map()};
      }
      return await this.withGradients(chunk, shared, sizes, data, this.options.cotangent, kept);
    } finally {
      tf.dispose(kept);
    }
  }

  private async withGradients(
    chunk: Chunk,
    shared: Shared,
    {n}: Sizes,
    data: Data,
    name: string,
    kept: tf.Tensor[],
  ): Promise<Solved> {
    const column = chunk.columns.get(name);
    if (!column) throw new DataError(`there is no column ${name}, which --cotangent names.`);
    if (column.size !== n) throw new DataError(`${name} has ${column.size} numbers in a row; x has ${n}.`);
    const isGiven = (part: Part) => chunk.columns.has(part) || shared.has(part);
    const missing = this.options.gradients?.find((part) => !isGiven(part));
    if (missing !== undefined)
      throw new UsageError(`--gradients names ${missing}, which the problems do not have.`);
    const parts = (this.options.gradients ?? PARTS).filter(isGiven);
    const cotangent = tf.tensor2d(column.values, [chunk.rows, n]);
    kept.push(cotangent);
    let result: Result;
    const gradients = tf.grads((...tensors: tf.Tensor[]) => {
      const problem = {...data, ...Object.fromEntries(parts.map((part, i) => [part, tensors[i]]))};
      result = this.solver.run(null, problem);
      tensorsOf(result).forEach((tensor) => kept.push(tf.keep(tensor)));
      return tf.sum(tf.mul(result.x.x, cotangent));
    })(parts.map((part) => data[part]!));
    kept.push(...gradients);
    const columns = await columnsOf(result!);
    const sums = new Map<Part, Float64Array>();
    for (const [i, part] of parts.entries()) {
      const values = (await gradients[i].data()) as Float32Array;
      if (chunk.columns.has(part)) addLists(columns, `grad_${part}`, gradients[i].shape, values);
      else sums.set(part, sumOf(values, shared.get(part)!.size));
    }
    return {columns, sums};
  }
}

/** Tensors with the axis of rows; what all rows share has one row. */
function dataOf({rows, columns}: Chunk, shared: Shared, sizes: Sizes): Data {
  const tensorOf = (part: Part) => {
    const own = columns.get(part);
    const shape = shapeOf(part, sizes);
    if (own) return tf.tensor(own.values, [rows, ...shape]);
    const common = shared.get(part);
    if (!common) return tf.zeros([1, ...shape]);
    const one = tf.tensor(common.values, [1, ...shape]);
    // The solver takes the number of problems from p.
    return part === 'p' ? tf.tidy(() => tf.tile(one, [rows, 1])) : one;
  };
  const has = (part: Part) => columns.has(part) || shared.has(part);
  return {
    ...{
      Q: tensorOf('Q'),
      p: tensorOf('p'),
      G: tensorOf('G'),
      h: tensorOf('h'),
      A: tensorOf('A'),
      b: tensorOf('b'),
    },
    ...(has('lower') && {lower: tensorOf('lower')}),
    ...(has('upper') && {upper: tensorOf('upper')}),
  };
}

function tensorsOf({x, state}: Result): tf.Tensor[] {
  const {certificate, ...others} = state;
  const tensors: unknown[] = [...Object.values(x), ...Object.values(others), ...Object.values(certificate)];
  return tensors.filter((value): value is tf.Tensor => value instanceof tf.Tensor);
}

async function columnsOf({x, state}: Result): Promise<Map<string, Column>> {
  const columns = new Map<string, Column>();
  for (const name of ['x', 'ineqDual', 'eqDual', 'lowerDual', 'upperDual'] as const) {
    const tensor = (x as Partial<Record<string, tf.Tensor>>)[name];
    if (tensor) addLists(columns, name, tensor.shape, (await tensor.data()) as Float32Array);
  }
  for (const name of ['status', 'iterations', 'residual'] as const)
    columns.set(name, {values: (await state[name].data()) as Float32Array, size: 0, dims: []});
  return columns;
}

/** A list of numbers a row, unless it is empty. */
function addLists(
  columns: Map<string, Column>,
  name: string,
  [, ...shape]: number[],
  values: Float32Array,
): void {
  const size = widthOf(shape);
  if (size > 0) columns.set(name, {values, size, dims: [size]});
}

/** The sum over rows; there is one, if the gradient is summed already. */
function sumOf(values: Float32Array, size: number): Float64Array {
  const sum = new Float64Array(size);
  values.forEach((value, i) => (sum[i % size] += value));
  return sum;
}
