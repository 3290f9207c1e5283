/** @file Comparisons of arrays, and what is done with their truth values. */
import {call, castFrom, DOUBLE, flag, none, ofDoubles, typed} from './calls.js';
import {idOf} from './constants.js';
import {current} from './session.js';
import {filled} from './shapes.js';
import type {Doubles, Flags, Operand} from './types.js';

const compared = (name: string, a: Operand, b: Operand): Flags =>
  call(name, 'T', ofDoubles, [idOf(a), idOf(b)]);

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

/** Flags that are the same everywhere. */
export const allFalse = (shape: readonly number[]): Flags => isEqual(filled(shape, 0), 1);
