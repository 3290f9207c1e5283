/** @file What each kernel of tfjs does, in double precision, by its name. */
import {binary} from './binary.js';
import {gathers} from './gathers.js';
import {products} from './products.js';
import {reductions} from './reductions.js';
import {shapes} from './shapes.js';
import type {Routines} from './types.js';
import {unary} from './unary.js';

export {ownRoutine} from './own.js';
export type {Operand, Routine, Site} from './types.js';

export const ROUTINES: Routines = {...unary, ...binary, ...reductions, ...shapes, ...gathers, ...products};
