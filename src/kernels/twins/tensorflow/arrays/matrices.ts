/** @file Products and parts of matrices. */
import {call, DOUBLE, flag, ofDoubles, typed} from './calls.js';
import {int64, integerTensor} from './constants.js';
import {current} from './session.js';
import {reshape} from './shapes.js';
import type {Doubles} from './types.js';

function product(a: Doubles, b: Doubles, left: boolean, right: boolean): Doubles {
  return call(
    'BatchMatMulV2',
    `BatchMatMulV2 ${left} ${right}`,
    () => [typed('T', DOUBLE), flag('adj_x', left), flag('adj_y', right)],
    [a.id, b.id],
  );
}

/** A B. */
export const mul = (a: Doubles, b: Doubles): Doubles => product(a, b, false, false);
/** Aᵀ B. */
export const mulT = (a: Doubles, b: Doubles): Doubles => product(a, b, true, false);
/** A Bᵀ. */
export const mulByT = (a: Doubles, b: Doubles): Doubles => product(a, b, false, true);

/** ⟨a, b⟩ for vectors. */
export const dot = (a: Doubles, b: Doubles): Doubles => product(a, b, true, false);

/** Aᵀ. */
export const transpose = (a: Doubles): Doubles =>
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
export const lowerTriangle = (a: Doubles): Doubles =>
  call(
    'MatrixBandPart',
    'MatrixBandPart',
    () => [typed('T', DOUBLE), typed('Tindex', current().binding.TF_INT64)],
    [a.id, int64(-1), int64(0)],
  );
