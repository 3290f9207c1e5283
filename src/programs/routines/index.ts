/** @file The routine of each tfjs kernel, by name, in double precision. */
import {binary} from './binary.js';
import {blocks} from './blocks.js';
import {convolutions} from './convolutions.js';
import {dilation} from './dilation.js';
import {gathers} from './gathers.js';
import {normalization} from './normalization.js';
import {pools} from './pools.js';
import {products} from './products.js';
import {reductions} from './reductions.js';
import {resize} from './resize.js';
import {shapes} from './shapes.js';
import type {Routine, Routines} from './types.js';
import {addKernels} from './on-wasm.js';
import {unary} from './unary.js';

export {NoRoutine} from './no-routine.js';
export {ownRoutine} from './own.js';
export type {Operand, Routine, Site} from './types.js';

/** Stores integers as tfjs does: without a fraction, modulo 2³², and 0 for NaN. */
const whole =
  (routine: Routine): Routine =>
  (site) => {
    const run = routine(site);
    const integers = site.outputs.filter(({dtype}) => dtype === 'int32');
    if (integers.length === 0) return run;
    return () => {
      run();
      for (const {data} of integers) for (let i = 0; i < data.length; i++) data[i] |= 0;
    };
  };

const computing: Routines = {
  ...{...unary, ...binary, ...reductions, ...products, ...convolutions, ...pools, ...resize},
  ...{...normalization, ...dilation},
  ...{Fill: shapes.Fill, OneHot: gathers.OneHot},
};

export const ROUTINES: Routines = {
  ...shapes,
  ...gathers,
  ...blocks,
  ...Object.fromEntries(Object.entries(computing).map(([kernel, routine]) => [kernel, whole(routine)])),
};

addKernels(ROUTINES);
