/** @file Calls of TensorFlow's operations by name. What they return is freed with the scope. */
import type {Attribute, RawTensor} from '../../../backends/node-backend.js';
import {current} from './session.js';

/** TensorFlow's number for double precision, which its binding does not name. */
export const DOUBLE = 2;

/** An attribute that is a type. */
export const typed = (name: string, value: number): Attribute => ({
  name,
  type: current().binding.TF_ATTR_TYPE,
  value,
});
/** An attribute that is true or false. */
export const flag = (name: string, value: boolean): Attribute => ({
  name,
  type: current().binding.TF_ATTR_BOOL,
  value,
});
/** The attributes of an operation that only needs to know that it is on doubles; and of one that needs none. */
export const ofDoubles = () => [typed('T', DOUBLE)];
export const none = (): Attribute[] => [];

/** The attributes of a conversion to doubles. */
export const castFrom = (type: number): Attribute[] => [
  typed('SrcT', type),
  typed('DstT', DOUBLE),
  flag('Truncate', false),
];

/**
 * The outputs of an operation.
 *
 * @param key Names the attributes, which are made once.
 */
export function callAll(
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

/** The output of an operation that has one. */
export function call(name: string, key: string, attributes: () => Attribute[], inputs: number[]): RawTensor {
  return callAll(name, key, attributes, inputs, 1)[0];
}
