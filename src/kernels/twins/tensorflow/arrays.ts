/**
 * @file Batches of matrices in double precision, in the memory of the backend 'tensorflow': a thin layer over TensorFlow's own operations,
 * so that an algorithm reads like its formulas. Nothing here is read by the host.
 *
 * An array has the batch in front. A vector is a matrix with one column, [B, n, 1], and a number of each sample is [B, 1, 1], so that all of
 * them broadcast against each other. Numbers may stand for arrays.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type {Attribute, Binding, NodeBackend, RawTensor} from '../../backends/node-backend.js';

/** An array of doubles on the device. */
export interface Doubles {
  readonly id: number;
  readonly shape: readonly number[];
  /** Only for types. */
  readonly kind?: 'doubles';
}

/** An array of truth values on the device. */
export interface Flags {
  readonly id: number;
  readonly shape: readonly number[];
  readonly kind?: 'flags';
}

/** Samples of a batch, by their indices: [K, 1]. */
export interface Chosen {
  readonly id: number;
  readonly shape: readonly number[];
  readonly count: number;
  /** The size of the batch that they are of. */
  readonly batch: number;
}

/** An array, or a number that stands for one. */
export type Operand = Doubles | number;

/** TensorFlow's number for double precision, which its binding does not name. */
const DOUBLE = 2;

/** What runs at the moment. */
interface Session {
  backend: NodeBackend;
  binding: Binding;
  /** The tensors of each open scope that are to be freed at its end. */
  scopes: number[][];
  /** Constants by their value, freed at the very end. */
  numbers: Map<number, Doubles>;
  integers: Map<string, number>;
  constants: Map<string, Doubles>;
  /** The attributes of each operation, which are the same in all its calls. */
  attributes: Map<string, Attribute[]>;
}

let session: Session | null = null;

function current(): Session {
  if (!session) throw new Error('Arrays of the device exist only inside onDevice.');
  return session;
}

/**
 * Runs `work` on the device and frees all that it makes but its outputs, also if it throws.
 *
 * @returns The outputs, as tensors of tfjs.
 */
export function onDevice(backend: NodeBackend, work: () => Output[]): tf.TensorInfo[] {
  const outer = session;
  session = {
    backend,
    binding: backend.binding,
    scopes: [[]],
    numbers: new Map(),
    integers: new Map(),
    constants: new Map(),
    attributes: new Map(),
  };
  const {scopes, numbers, integers, constants, binding} = session;
  try {
    return work().map((output) => tensorOf(output));
  } finally {
    for (const id of scopes.flat()) binding.deleteTensor(id);
    for (const {id} of numbers.values()) binding.deleteTensor(id);
    for (const {id} of constants.values()) binding.deleteTensor(id);
    for (const id of integers.values()) binding.deleteTensor(id);
    session = outer;
  }
}

/** The backend on which the arrays are. */
export const deviceOf = (): {backend: NodeBackend} => ({backend: current().backend});

/** What becomes a tensor of tfjs: in which shape, and of which type. */
export interface Output {
  from: Doubles | Flags;
  shape: readonly number[];
  dtype?: 'float32' | 'int32';
}

/** A tensor of tfjs with the values of an array. */
export function tensorOf({from, shape, dtype = 'float32'}: Output): tf.Tensor {
  const {backend, binding} = current();
  const type = dtype === 'float32' ? binding.TF_FLOAT : binding.TF_INT32;
  const rounded = call(
    'Cast',
    `Cast to ${dtype}`,
    () => [typed('SrcT', DOUBLE), typed('DstT', type), flag('Truncate', false)],
    [from.id],
  );
  const [result] = binding.executeOp(
    'Reshape',
    [typed('T', type), typed('Tshape', binding.TF_INT32)],
    [rounded.id, integerTensor(shape)],
    1,
  );
  return backend.createOutputTensor({id: result.id, shape: [...shape], dtype: type});
}

/** Runs `work` and frees all arrays that it makes except those of its result. */
export function tidy<T>(work: () => T): T {
  const {scopes, binding} = current();
  const own: number[] = [];
  scopes.push(own);
  let kept = new Set<number>();
  try {
    const result = work();
    kept = new Set(idsOf(result));
    return result;
  } finally {
    scopes.pop();
    const outer = scopes[scopes.length - 1];
    for (const id of own) {
      if (kept.has(id)) outer.push(id);
      else binding.deleteTensor(id);
    }
  }
}

function idsOf(result: unknown): number[] {
  if (typeof result !== 'object' || result === null) return [];
  if ('id' in result && 'shape' in result) return [(result as RawTensor).id];
  return Object.values(result).flatMap(idsOf);
}

const typed = (name: string, value: number): Attribute => ({
  name,
  type: current().binding.TF_ATTR_TYPE,
  value,
});
const flag = (name: string, value: boolean): Attribute => ({
  name,
  type: current().binding.TF_ATTR_BOOL,
  value,
});
const ofDoubles = () => [typed('T', DOUBLE)];
const none = (): Attribute[] => [];

/** @param key Names the attributes, which are made once. */
function callAll(
  name: string,
  key: string,
  attributes: () => Attribute[],
  inputs: number[],
  outputs: number,
): RawTensor[] {
  const {binding, scopes, attributes: made} = current();
  let list = made.get(key);
  if (!list) made.set(key, (list = attributes()));
  const results = binding.executeOp(name, list, inputs, outputs);
  const own = scopes[scopes.length - 1];
  for (const {id} of results) own.push(id);
  return results;
}

function call(name: string, key: string, attributes: () => Attribute[], inputs: number[]): RawTensor {
  return callAll(name, key, attributes, inputs, 1)[0];
}

/** A constant as an array of shape []. */
function numberOf(value: number): Doubles {
  const {binding, numbers} = current();
  const known = numbers.get(value);
  if (known) return known;
  const single = (part: number): number => {
    const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(part));
    const [wide] = binding.executeOp('Cast', castFrom(binding.TF_FLOAT), [id], 1);
    binding.deleteTensor(id);
    return wide.id;
  };
  // The binding takes no doubles, so a number comes in two halves.
  const rest = value - Math.fround(value);
  let id = single(value);
  if (rest !== 0 && Number.isFinite(rest)) {
    const [first, second] = [id, single(rest)];
    id = binding.executeOp('AddV2', ofDoubles(), [first, second], 1)[0].id;
    binding.deleteTensor(first);
    binding.deleteTensor(second);
  }
  const constant: Doubles = {id, shape: []};
  numbers.set(value, constant);
  return constant;
}

const castFrom = (type: number): Attribute[] => [
  typed('SrcT', type),
  typed('DstT', DOUBLE),
  flag('Truncate', false),
];

const idOf = (value: Operand): number => (typeof value === 'number' ? numberOf(value).id : value.id);

/** A vector of integers: axes, shapes and positions. */
function integerTensor(values: readonly number[]): number {
  const {binding, integers} = current();
  const key = values.join();
  let id = integers.get(key);
  if (id === undefined) {
    id = binding.createTensor([values.length], binding.TF_INT32, Int32Array.from(values));
    integers.set(key, id);
  }
  return id;
}

/** One integer. */
function integer(value: number): number {
  const {binding, integers} = current();
  const key = `scalar ${value}`;
  let id = integers.get(key);
  if (id === undefined) {
    id = binding.createTensor([], binding.TF_INT32, Int32Array.of(value));
    integers.set(key, id);
  }
  return id;
}

/** A tensor of tfjs (float32 or int32) as doubles, in another shape if one is given. */
export function given(info: tf.TensorInfo, shape: readonly number[] = info.shape): Doubles {
  const {backend, binding} = current();
  const type =
    info.dtype === 'float32' ? binding.TF_FLOAT : info.dtype === 'bool' ? binding.TF_BOOL : binding.TF_INT32;
  const wide = call(
    'Cast',
    `Cast from ${info.dtype}`,
    () => castFrom(type),
    backend.getInputTensorIds([info]),
  );
  return reshape(wide, shape);
}

export const reshape = (a: Doubles, shape: readonly number[]): Doubles =>
  call('Reshape', 'Reshape', () => [typed('T', DOUBLE), typed('Tshape', current().binding.TF_INT32)], [
    a.id,
    integerTensor(shape),
  ]);

/** Zeros, or another number everywhere. */
export const filled = (shape: readonly number[], value: number): Doubles =>
  call('Fill', 'Fill', () => [typed('T', DOUBLE), typed('index_type', current().binding.TF_INT32)], [
    integerTensor(shape),
    numberOf(value).id,
  ]);

/** a, repeated along the axes where it has one entry. */
export const spread = (a: Doubles, shape: readonly number[]): Doubles =>
  call('BroadcastTo', 'BroadcastTo', () => [typed('T', DOUBLE), typed('Tidx', current().binding.TF_INT32)], [
    a.id,
    integerTensor(shape),
  ]);

/** An array that all samples share, [1, …]. It is made once. Its entries are rounded to float32. */
export const constant = (values: readonly number[], shape: readonly number[]): Doubles =>
  once(`${shape.join()}: ${values.join()}`, () => {
    const {binding} = current();
    const id = binding.createTensor([...shape], binding.TF_FLOAT, Float32Array.from(values));
    const wide = binding.executeOp('Cast', castFrom(binding.TF_FLOAT), [id], 1)[0];
    binding.deleteTensor(id);
    return wide;
  });

/** 0, 1, 2, … as a vector: [1, n, 1]. */
export const places = (n: number): Doubles =>
  constant(
    Array.from({length: n}, (_, i) => i),
    [1, n, 1],
  );

/** [1, n, n]. */
export const identity = (n: number): Doubles =>
  once(`identity ${n}`, () => {
    const {binding} = current();
    const attributes = [typed('T', DOUBLE), typed('index_type', binding.TF_INT32)];
    const ones = binding.executeOp('Fill', attributes, [integerTensor([1, n]), numberOf(1).id], 1)[0];
    const diagonal = binding.executeOp('MatrixDiag', ofDoubles(), [ones.id], 1)[0];
    binding.deleteTensor(ones.id);
    return diagonal;
  });

/** An array that is kept until the end. */
function once(key: string, make: () => RawTensor): Doubles {
  const {constants} = current();
  let known = constants.get(key);
  if (!known) constants.set(key, (known = make()));
  return known;
}

const unary = (name: string, a: Doubles): Doubles => call(name, 'T', ofDoubles, [a.id]);
const binary = (name: string, a: Operand, b: Operand): Doubles =>
  call(name, 'T', ofDoubles, [idOf(a), idOf(b)]);
const compared = (name: string, a: Operand, b: Operand): Flags =>
  call(name, 'T', ofDoubles, [idOf(a), idOf(b)]);

export const neg = (a: Doubles) => unary('Neg', a);
export const abs = (a: Doubles) => unary('Abs', a);
export const sqrt = (a: Doubles) => unary('Sqrt', a);
export const square = (a: Doubles) => unary('Square', a);
export const exp = (a: Doubles) => unary('Exp', a);
export const log = (a: Doubles) => unary('Log', a);
export const sign = (a: Doubles) => unary('Sign', a);
export const floorOf = (a: Doubles) => unary('Floor', a);
export const plus = (a: Operand, b: Operand) => binary('AddV2', a, b);
export const minus = (a: Operand, b: Operand) => binary('Sub', a, b);
export const times = (a: Operand, b: Operand) => binary('Mul', a, b);
export const over = (a: Operand, b: Operand) => binary('RealDiv', a, b);
/** a / b, and 0 where b is 0. */
export const overOrZero = (a: Operand, b: Operand) => binary('DivNoNan', a, b);
export const larger = (a: Operand, b: Operand) => binary('Maximum', a, b);
export const smaller = (a: Operand, b: Operand) => binary('Minimum', a, b);
export const isLess = (a: Operand, b: Operand) => compared('Less', a, b);
export const isAtMost = (a: Operand, b: Operand) => compared('LessEqual', a, b);
export const isGreater = (a: Operand, b: Operand) => compared('Greater', a, b);
export const isAtLeast = (a: Operand, b: Operand) => compared('GreaterEqual', a, b);
export const isEqual = (a: Operand, b: Operand): Flags =>
  call('Equal', 'Equal', () => [typed('T', DOUBLE), flag('incompatible_shape_error', true)], [
    idOf(a),
    idOf(b),
  ]);
export const isFinite = (a: Doubles): Flags => call('IsFinite', 'T', ofDoubles, [a.id]);

/** a + b + … */
export const total = (first: Operand, ...rest: Operand[]): Doubles =>
  rest.reduce<Operand>((sum, term) => plus(sum, term), first) as Doubles;

export const and = (a: Flags, ...rest: Flags[]): Flags =>
  rest.reduce((all, b) => call('LogicalAnd', '', none, [all.id, b.id]), a);
export const or = (a: Flags, ...rest: Flags[]): Flags =>
  rest.reduce((all, b) => call('LogicalOr', '', none, [all.id, b.id]), a);
export const not = (a: Flags): Flags => call('LogicalNot', '', none, [a.id]);

/** a where the flag is set, else b. */
export const where = (flags: Flags, a: Operand, b: Operand): Doubles =>
  call('SelectV2', 'T', ofDoubles, [flags.id, idOf(a), idOf(b)]);

/** 1 where the flag is set, else 0. */
export const asNumber = (flags: Flags): Doubles =>
  call('Cast', 'Cast from bool', () => castFrom(current().binding.TF_BOOL), [flags.id]);

/** a, rounded to float32. */
export const rounded = (a: Doubles): Doubles => {
  const {binding} = current();
  const attributes = () => [typed('SrcT', DOUBLE), typed('DstT', binding.TF_FLOAT), flag('Truncate', false)];
  const single = call('Cast', 'Cast to float32', attributes, [a.id]);
  return call('Cast', 'Cast from float32', () => castFrom(binding.TF_FLOAT), [single.id]);
};

/** Flags that are the same everywhere. */
export const allFalse = (shape: readonly number[]): Flags => isEqual(filled(shape, 0), 1);

/** Which axes a reduction goes along: rows (axis 1), columns (axis 2), or both. They stay, with length 1. */
const ROWS = [1];
const COLUMNS = [2];
const BOTH = [1, 2];

const reduction = (name: string, axes: readonly number[], a: Doubles): Doubles =>
  call(
    name,
    'reduction',
    () => [flag('keep_dims', true), typed('T', DOUBLE), typed('Tidx', current().binding.TF_INT32)],
    [a.id, integerTensor(axes)],
  );
/** The largest entry; 0 where there is none. */
const maximum = (axes: readonly number[], a: Doubles): Doubles => {
  if (!axes.some((axis) => a.shape[axis] === 0)) return reduction('Max', axes, a);
  return filled(
    a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    0,
  );
};
const logical = (name: string, axes: readonly number[], a: Flags): Flags =>
  call(name, 'logical', () => [flag('keep_dims', true), typed('Tidx', current().binding.TF_INT32)], [
    a.id,
    integerTensor(axes),
  ]);

/** The sum of a vector, or of each column of a matrix. */
export const sum = (a: Doubles) => reduction('Sum', ROWS, a);
/** The sum of each row of a matrix. */
export const rowSums = (a: Doubles) => reduction('Sum', COLUMNS, a);
/** The product of the entries of each row of a matrix. */
export const rowProducts = (a: Doubles) => reduction('Prod', COLUMNS, a);
/** The largest entry of a vector, or of each column of a matrix. */
export const max = (a: Doubles) => maximum(ROWS, a);
/** The largest entry of each row of a matrix. */
export const rowMaxima = (a: Doubles) => maximum(COLUMNS, a);
export const maxOfAll = (a: Doubles) => maximum(BOTH, a);
export const any = (a: Flags) => logical('Any', ROWS, a);
export const all = (a: Flags) => logical('All', ROWS, a);
export const allOfAll = (a: Flags) => logical('All', BOTH, a);
/** The largest magnitude of a vector. */
export const maxAbs = (a: Doubles): Doubles => max(abs(a));
/** ⟨a, b⟩ for vectors. */
export const dot = (a: Doubles, b: Doubles): Doubles => times2(a, b, true, false);

function times2(a: Doubles, b: Doubles, left: boolean, right: boolean): Doubles {
  return call(
    'BatchMatMulV2',
    `BatchMatMulV2 ${left} ${right}`,
    () => [typed('T', DOUBLE), flag('adj_x', left), flag('adj_y', right)],
    [a.id, b.id],
  );
}

/** A B. */
export const mul = (a: Doubles, b: Doubles): Doubles => times2(a, b, false, false);
/** Aᵀ B. */
export const mulT = (a: Doubles, b: Doubles): Doubles => times2(a, b, true, false);
/** A Bᵀ. */
export const mulByT = (a: Doubles, b: Doubles): Doubles => times2(a, b, false, true);

/** Aᵀ. */
export const turned = (a: Doubles): Doubles =>
  call('Transpose', 'Transpose', () => [typed('T', DOUBLE), typed('Tperm', current().binding.TF_INT32)], [
    a.id,
    integerTensor([0, 2, 1]),
  ]);

/** The entries on the diagonal, as a vector. */
export function diagonal(a: Doubles): Doubles {
  const part = call('MatrixDiagPart', 'T', ofDoubles, [a.id]);
  return reshape(part, [...part.shape, 1]);
}

/** The lower triangle, with the diagonal. */
export const lowerPart = (a: Doubles): Doubles => band(a, -1, 0);

function band(a: Doubles, lower: number, upper: number): Doubles {
  const {binding, integers} = current();
  const at = (value: number): number => {
    const key = `int64 ${value}`;
    let id = integers.get(key);
    if (id === undefined) {
      const narrow = binding.createTensor([], binding.TF_INT32, Int32Array.of(value));
      const attributes = [
        typed('SrcT', binding.TF_INT32),
        typed('DstT', binding.TF_INT64),
        flag('Truncate', false),
      ];
      id = binding.executeOp('Cast', attributes, [narrow], 1)[0].id;
      binding.deleteTensor(narrow);
      integers.set(key, id);
    }
    return id;
  };
  return call(
    'MatrixBandPart',
    'MatrixBandPart',
    () => [typed('T', DOUBLE), typed('Tindex', binding.TF_INT64)],
    [a.id, at(lower), at(upper)],
  );
}

/** L with A = L Lᵀ, from the lower triangle of A; NaN for a sample that is not positive definite. */
export const cholesky = (a: Doubles): Doubles => call('Cholesky', 'T', ofDoubles, [a.id]);

/** T⁻¹ B, or T⁻ᵀ B, for a triangle of T. */
export const triangularSolve = (t: Doubles, b: Doubles, lower: boolean, transpose: boolean): Doubles =>
  call(
    'MatrixTriangularSolve',
    `MatrixTriangularSolve ${lower} ${transpose}`,
    () => [typed('T', DOUBLE), flag('lower', lower), flag('adjoint', transpose)],
    [t.id, b.id],
  );

/** (L Lᵀ)⁻¹ B. */
export const choleskySolve = (L: Doubles, b: Doubles): Doubles =>
  triangularSolve(L, triangularSolve(L, b, true, false), true, true);

/** A = V diag(λ) Vᵀ for symmetric A, λ ascending as a vector. */
export function eigh(a: Doubles): {values: Doubles; vectors: Doubles} {
  const [values, vectors] = callAll(
    'SelfAdjointEigV2',
    'SelfAdjointEigV2',
    () => [typed('T', DOUBLE), flag('compute_v', true)],
    [a.id],
    2,
  );
  return {values: reshape(values, [...values.shape, 1]), vectors};
}

/** A = Q R. */
export function qr(a: Doubles): {Q: Doubles; R: Doubles} {
  const [Q, R] = callAll('Qr', 'Qr', () => [typed('T', DOUBLE), flag('full_matrices', false)], [a.id], 2);
  return {Q, R};
}

/** A = U diag(s) Vᵀ, s as a vector. */
export function svd(a: Doubles): {s: Doubles; U: Doubles; V: Doubles} {
  const [s, U, V] = callAll(
    'Svd',
    'Svd',
    () => [typed('T', DOUBLE), flag('compute_uv', true), flag('full_matrices', false)],
    [a.id],
    3,
  );
  return {s: reshape(s, [...s.shape, 1]), U, V};
}

/** The sign of det A, and log |det A|: [B, 1, 1]. */
export function logDeterminant(a: Doubles): {sign: Doubles; log: Doubles} {
  const [sign, log] = callAll('LogMatrixDeterminant', 'T', ofDoubles, [a.id], 2);
  const shape = [...sign.shape, 1, 1];
  return {sign: reshape(sign, shape), log: reshape(log, shape)};
}

/** Puts arrays one below the other (axis 1), or beside each other (axis 2). */
export function concat(arrays: Doubles[], axis: number): Doubles {
  const {binding} = current();
  return call(
    'ConcatV2',
    `ConcatV2 ${arrays.length}`,
    () => [
      {name: 'N', type: binding.TF_ATTR_INT, value: arrays.length},
      typed('T', DOUBLE),
      typed('Tidx', binding.TF_INT32),
    ],
    [...arrays.map(({id}) => id), integer(axis)],
  );
}

/** `count` entries of an axis (1: rows, 2: columns) from `from` on. */
export function part(a: Doubles, axis: number, from: number, count: number): Doubles {
  const begin = a.shape.map((_, i) => (i === axis ? from : 0));
  const size = a.shape.map((_, i) => (i === axis ? count : -1));
  return call('Slice', 'Slice', () => [typed('T', DOUBLE), typed('Index', current().binding.TF_INT32)], [
    a.id,
    integerTensor(begin),
    integerTensor(size),
  ]);
}

/** The entries of a vector, the largest first. */
export function sortedDescending(a: Doubles): Doubles {
  const [batch, n] = a.shape;
  return reshape(largest(a, n)[0], [batch, n, 1]);
}

/** A matrix that picks the `count` largest entries of a vector: [B, count, n], with one 1 in each row. */
export function pickLargest(a: Doubles, count: number): Doubles {
  const {binding} = current();
  const [, indices] = largest(a, count);
  const n = a.shape[1];
  return call(
    'OneHot',
    'OneHot',
    () => [
      typed('T', DOUBLE),
      typed('TI', binding.TF_INT32),
      {name: 'axis', type: binding.TF_ATTR_INT, value: -1},
    ],
    [indices.id, integer(n), numberOf(1).id, numberOf(0).id],
  );
}

/** The largest entries and their places, [B, count]. */
function largest(a: Doubles, count: number): RawTensor[] {
  const flat = reshape(a, a.shape.slice(0, 2));
  const attributes = () => [typed('T', DOUBLE), flag('sorted', true)];
  return callAll('TopKV2', 'TopKV2', attributes, [flat.id, integer(count)], 2);
}

/** The samples whose flag [B, 1, 1] is set. The host learns how many they are, and nothing else. */
export function chosen(flags: Flags): Chosen {
  const {binding} = current();
  const flat = call(
    'Reshape',
    'Reshape of flags',
    () => [typed('T', binding.TF_BOOL), typed('Tshape', binding.TF_INT32)],
    [flags.id, integerTensor([flags.shape[0]])],
  );
  const found = call('Where', 'Where', () => [typed('T', binding.TF_BOOL)], [flat.id]);
  return {...found, count: found.shape[0], batch: flags.shape[0]};
}

/** The chosen samples of an array. What all samples share, [1, …], stays as it is. */
export function take<A extends Doubles | Flags>(a: A, samples: Chosen, isFlags = false): A {
  const {binding} = current();
  if (a.shape[0] === 1 && samples.batch > 1) return a;
  if (a.shape.includes(0)) {
    const shape = [samples.count, ...a.shape.slice(1)];
    return (isFlags ? allFalse(shape) : filled(shape, 0)) as A;
  }
  const kind = isFlags ? binding.TF_BOOL : DOUBLE;
  return call(
    'GatherNd',
    `GatherNd ${kind}`,
    () => [typed('Tparams', kind), typed('Tindices', binding.TF_INT64)],
    [a.id, samples.id],
  ) as unknown as A;
}

/** `a` with other values in the chosen samples. */
export function replaced(a: Doubles, samples: Chosen, values: Doubles): Doubles {
  // TensorFlow refuses empty ones.
  if (a.shape.includes(0) || samples.count === 0) return a;
  return call(
    'TensorScatterUpdate',
    'TensorScatterUpdate',
    () => [typed('T', DOUBLE), typed('Tindices', current().binding.TF_INT64)],
    [a.id, samples.id, values.id],
  );
}
