/** @file One sample of a quadratic program as numbers on the host, with names for its rows and columns. */
import * as tf from '@tensorflow/tfjs-core';
import {boundRows, sidesOf, type OneQP} from '../../../kernels/index.js';
import {SparseMatrix} from '../../../linalg/index.js';
import {normalize, QP_PARAMETERS, type QPInput, type QPParameter} from '../qp-input.js';

/** A sparse matrix is written out if it has at most this many entries then. */
const LARGEST = 2 ** 24;
/** So many terms of a row are shown. */
const TERMS = 6;

/** One sample, and the size of its batch. */
export interface DebuggedQP extends OneQP {
  batch: number;
}

/** Reads one sample; sparse matrices are written out. */
export async function readSample(where: string, problem: QPInput, sample: number): Promise<DebuggedQP> {
  const isSparse = QP_PARAMETERS.filter((name) => problem?.[name] instanceof SparseMatrix);
  const dense: Partial<Record<QPParameter, tf.Tensor>> = {};
  let batch = 1;
  for (const name of isSparse) {
    const written = await writtenOut(where, name, problem[name] as SparseMatrix, sample);
    dense[name] = written.matrix;
    batch = Math.max(batch, written.batch);
  }
  const data = tf.tidy(() => {
    const all = Object.entries(normalize(isSparse.length > 0 ? {...problem, ...dense} : problem, where).data);
    return Object.fromEntries(all.map(([name, tensor]) => [name, tf.clone(tensor)]));
  });
  tf.dispose(dense as tf.NamedTensorMap);
  batch = Math.max(batch, data.p.shape[0]);
  try {
    if (!(Number.isInteger(sample) && sample >= 0 && sample < batch)) {
      throw new Error(`${where}: sample must be an integer from 0 to ${batch - 1}, got ${sample}.`);
    }
    const [n, m, k] = [data.p, data.G, data.A].map(({shape}) => shape[1]!);
    const values = {} as OneQP['values'];
    for (const name of QP_PARAMETERS) {
      const tensor = data[name] as tf.Tensor | undefined;
      const all = tensor ? ((await tensor.data()) as Float32Array) : new Float32Array(0);
      const size = tensor ? all.length / tensor.shape[0] : 0;
      const from = tensor && tensor.shape[0] > 1 ? sample * size : 0;
      values[name] = all.slice(from, from + size);
    }
    return {n, m, k, sides: sidesOf(data), values, batch};
  } finally {
    tf.dispose(data as tf.NamedTensorMap);
  }
}

async function writtenOut(
  where: string,
  name: string,
  {shape: [rows, columns], rows: at, columns: in_, values}: SparseMatrix,
  sample: number,
): Promise<{matrix: tf.Tensor; batch: number}> {
  if (rows * columns > LARGEST) {
    throw new Error(
      `${where}: ${name} of shape [${rows}, ${columns}] is too large to be written out; leave out variables.`,
    );
  }
  const given = values instanceof tf.Tensor ? values : tf.tidy(() => tf.tensor(values as tf.TensorLike));
  const numbers = await given.data();
  const batch = given.rank === 2 ? given.shape[0] : 1;
  const from = batch > 1 ? sample * at.length : 0;
  if (given !== values) given.dispose();
  const written = new Float32Array(rows * columns);
  for (let e = 0; e < at.length; e++) written[at[e] * columns + in_[e]] += numbers[from + e];
  return {matrix: tf.tensor2d(written, [rows, columns]), batch};
}

/** A row of the constraints: of A, of G, or a bound. */
export interface Row {
  /** 'A[0]', 'G[2]', 'lower[1]'. */
  name: string;
  /** Its right-hand side, where there is another one: 'b[0]', 'h[2]', 'lower[1]'. */
  bound: string;
  kind: 'A' | 'G' | 'lower' | 'upper';
  index: number;
}

/** The rows in the order of `watchOne`: A, G, lower, upper. */
export function rowsOf({n, m, k, sides}: OneQP): Row[] {
  const rows = (kind: Row['kind'], count: number, bound: string) =>
    Array.from({length: count}, (_, index) => ({
      name: `${kind}[${index}]`,
      bound: `${bound}[${index}]`,
      kind,
      index,
    }));
  return [
    ...rows('A', k, 'b'),
    ...rows('G', m, 'h'),
    ...rows('lower', sides & 1 ? n : 0, 'lower'),
    ...rows('upper', sides & 2 ? n : 0, 'upper'),
  ];
}

/** The row in words: 'x[0] − 2 x[3] ≤ 1'. */
export function written({n, values}: OneQP, {kind, index}: Row): string {
  const bound = values[kind === 'A' ? 'b' : kind === 'G' ? 'h' : kind][index];
  if (kind === 'lower') return `x[${index}] ≥ ${short(bound)}`;
  if (kind === 'upper') return `x[${index}] ≤ ${short(bound)}`;
  const entries = Array.from(values[kind].subarray(index * n, (index + 1) * n));
  const terms = entries.flatMap((value, j) => (value === 0 ? [] : [{value, j}]));
  const text = terms.slice(0, TERMS).map(({value, j}, i) => {
    const sign = value < 0 ? (i === 0 ? '−' : '− ') : i === 0 ? '' : '+ ';
    return `${sign}${Math.abs(value) === 1 ? '' : `${short(Math.abs(value))} `}x[${j}]`;
  });
  const more = terms.length > TERMS ? ` + … (${terms.length} terms)` : '';
  return `${text.join(' ') || '0'}${more} ${kind === 'A' ? '=' : '≤'} ${short(bound)}`;
}

/** Four digits, with the minus sign of texts. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace('-', '−');
  return String(Number(value.toPrecision(4))).replaceAll('-', '−');
}

/** The same problem with some of its rows only, and an objective that does not matter. */
export function feasibilityOf(problem: OneQP, rows: readonly Row[]): OneQP {
  const {n, sides, values} = problem;
  const of = (kind: Row['kind']) => rows.filter((row) => row.kind === kind).map(({index}) => index);
  const take = (matrix: Float32Array, width: number, indices: number[]) =>
    Float32Array.from(indices.flatMap((i) => Array.from(matrix.subarray(i * width, (i + 1) * width))));
  const bounds = (kind: 'lower' | 'upper', none: number) => {
    const kept = new Set(of(kind));
    return values[kind].map((value, j) => (kept.has(j) ? value : none));
  };
  const [G, A] = [of('G'), of('A')];
  const identity = new Float32Array(n * n);
  for (let j = 0; j < n; j++) identity[j * n + j] = 1;
  return {
    ...{n, sides, m: G.length, k: A.length},
    values: {
      ...{Q: identity, p: new Float32Array(n)},
      ...{G: take(values.G, n, G), h: take(values.h, 1, G), A: take(values.A, n, A), b: take(values.b, 1, A)},
      lower: bounds('lower', -Infinity),
      upper: bounds('upper', Infinity),
    },
  };
}

/** The multipliers, or the certificate, of an outcome in the order of `rowsOf`. */
export function inOrderOfRows(
  {n, m, sides}: OneQP,
  ofEqualities: Float64Array,
  others: Float64Array,
): number[] {
  return [...ofEqualities, ...others.subarray(0, m + boundRows(sides, n))];
}
