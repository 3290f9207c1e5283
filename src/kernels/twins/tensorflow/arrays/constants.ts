/** @file Arrays with known values, which are made once and stay until the end: numbers, integers and arrays that all samples share. */
import type {RawTensor} from '../../../backends/node-backend.js';
import {castFrom, DOUBLE, flag, ofDoubles, typed} from './calls.js';
import {current} from './session.js';
import type {Doubles, Operand} from './types.js';

/** A constant as an array of shape []. */
export function numberOf(value: number): Doubles {
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

export const idOf = (value: Operand): number => (typeof value === 'number' ? numberOf(value).id : value.id);

/** A vector of integers: axes, shapes and positions. */
export function integerTensor(values: readonly number[]): number {
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
export function integer(value: number): number {
  const {binding, integers} = current();
  const key = `scalar ${value}`;
  let id = integers.get(key);
  if (id === undefined) {
    id = binding.createTensor([], binding.TF_INT32, Int32Array.of(value));
    integers.set(key, id);
  }
  return id;
}

/** One integer of 64 bits. */
export function int64(value: number): number {
  const {binding, integers} = current();
  const key = `int64 ${value}`;
  let id = integers.get(key);
  if (id === undefined) {
    // The binding takes none, so it is converted.
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
}

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
export const range = (n: number): Doubles =>
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
