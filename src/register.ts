/** @file Imports everything for its registrations: after `import 'tfjs-implicit/register'` any saved model loads. */
import * as layers from './layers/index.js';
import * as linsolve from './linsolve/public.js';

/** The registered layer classes and linear solvers, by name. */
export const registered = {layers, linsolve};
