/** @file Why a function cannot be a program. */
import {OutOfMemory} from '../kernels/index.js';
import {NoRoutine} from './routines/index.js';
import {Untraceable} from './trace.js';

/** The reason, if an error says that a function cannot be a program. @throws The error, if it says anything else. */
export function reasonOf(error: unknown): string {
  if (error instanceof Untraceable || error instanceof NoRoutine) return error.message;
  if (error instanceof OutOfMemory) return error.message.replace(/\.$/, '');
  throw error;
}
