/** @file Products of two matrices, each as it is or transposed. */
import {dots} from './dots';
import {outerSums} from './outer-sums';
import {addMultiplyTransposed, multiply} from './products';

const F64: usize = 8;
/** So many columns are too few to be lanes, if there is another way. */
const FEW = 10;
/** It takes so many rows to make up for packing columns; and so many where there are few columns. */
const MANY = 32;
const SOME = 4;

/**
 * C [rows, columns] = A B, where `turnA` says that A lies transposed, as [inner, rows], and `turnB` that B lies as [columns, inner].
 * All are row-major without padding.
 *
 * @param room For `ROOM` entries.
 */
export function matrixProduct(
  A: usize,
  turnA: bool,
  B: usize,
  turnB: bool,
  C: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  room: usize,
): void {
  if (rows == 0 || columns == 0) return;
  if (inner == 0) {
    memory.fill(C, 0, (rows as usize) * (columns as usize) * F64);
    return;
  }
  if (columns == 1) return matrixVector(A, turnA, B, C, rows, inner);
  if (rows == 1) return matrixVector(B, !turnB, A, C, columns, inner);
  const width = (columns as usize) * F64;
  // Steps through A and B, from row to row and from column to column.
  const downA = (turnA ? 1 : inner) * (F64 as i32);
  const acrossA = (turnA ? rows : 1) * (F64 as i32);
  const downB = (turnB ? 1 : columns) * (F64 as i32);
  const acrossB = (turnB ? inner : 1) * (F64 as i32);
  // Where A does not lie transposed, what is multiplied of B has to be packed to be multiplied with A's rows.
  const lanes = turnA ? columns > FEW || columns >= rows : rows < (columns > FEW ? MANY : SOME);
  if (!turnB && lanes) {
    outerSums(B, columns, inner, A, acrossA, downA, rows, C, F64, width, room);
  } else if (turnA && (!turnB || rows > FEW)) {
    outerSums(A, rows, inner, B, downB, acrossB, columns, C, width, F64, room);
  } else if (!turnA && (!turnB || columns <= rows)) {
    dots(A, rows, inner, B, downB, acrossB, columns, C, width, F64, room);
  } else {
    dots(B, columns, inner, A, acrossA, downA, rows, C, F64, width, room);
  }
}

/** y [rows] = A x. */
function matrixVector(A: usize, turn: bool, x: usize, y: usize, rows: i32, inner: i32): void {
  if (!turn) return multiply(A, rows, inner, inner, x, y);
  memory.fill(y, 0, (rows as usize) * F64);
  addMultiplyTransposed(A, inner, rows, rows, x, y);
}
