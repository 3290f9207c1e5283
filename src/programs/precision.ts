/** @file The precision of the arithmetic in which a function runs. */
import {observed} from '../autodiff/index.js';

/** The relative distance of neighbouring numbers: of doubles while a program is being made, otherwise of float32. */
export function spacing(): number {
  return observed() ? 2 ** -52 : 2 ** -23;
}
