/** @file Functions of the entries of arrays, one by one. */
import {call, castFrom, DOUBLE, flag, ofDoubles, typed} from './calls.js';
import {idOf} from './constants.js';
import {current} from './session.js';
import type {Doubles, Operand} from './types.js';

const unary = (name: string, a: Doubles): Doubles => call(name, 'T', ofDoubles, [a.id]);
const binary = (name: string, a: Operand, b: Operand): Doubles =>
  call(name, 'T', ofDoubles, [idOf(a), idOf(b)]);

export const neg = (a: Doubles) => unary('Neg', a);
export const abs = (a: Doubles) => unary('Abs', a);
export const sqrt = (a: Doubles) => unary('Sqrt', a);
export const square = (a: Doubles) => unary('Square', a);
export const exp = (a: Doubles) => unary('Exp', a);
export const log = (a: Doubles) => unary('Log', a);
export const sign = (a: Doubles) => unary('Sign', a);
export const floor = (a: Doubles) => unary('Floor', a);
export const plus = (a: Operand, b: Operand) => binary('AddV2', a, b);
export const minus = (a: Operand, b: Operand) => binary('Sub', a, b);
export const times = (a: Operand, b: Operand) => binary('Mul', a, b);
export const over = (a: Operand, b: Operand) => binary('RealDiv', a, b);
/** a / b, and 0 where b is 0. */
export const overOrZero = (a: Operand, b: Operand) => binary('DivNoNan', a, b);
export const maximum = (a: Operand, b: Operand) => binary('Maximum', a, b);
export const minimum = (a: Operand, b: Operand) => binary('Minimum', a, b);

/** a + b + … */
export const addN = (first: Operand, ...rest: Operand[]): Doubles =>
  rest.reduce<Operand>((sum, term) => plus(sum, term), first) as Doubles;

/** a, rounded to float32. */
export const rounded = (a: Doubles): Doubles => {
  const {binding} = current();
  const attributes = () => [typed('SrcT', DOUBLE), typed('DstT', binding.TF_FLOAT), flag('Truncate', false)];
  const single = call('Cast', 'Cast to float32', attributes, [a.id]);
  return call('Cast', 'Cast from float32', () => castFrom(binding.TF_FLOAT), [single.id]);
};
