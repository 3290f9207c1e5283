/** @file Imports everything for its registrations: after `import 'tfjs-implicit/register'` any saved model loads. */
import {serialization} from '@tensorflow/tfjs-core';
import * as layers from './layers/index.js';
import * as linsolve from './linsolve/public.js';
import {hold} from './linsolve/registry.js';
import type * as library from './index.js';

/** The layer classes of the library. */
type Layers = {
  [
    Name in keyof typeof library as (typeof library)[Name] extends {className: string} ? Name : never
  ]: (typeof library)[Name];
};

/** The registered layer classes and linear solvers, by name. */
export const registered: {layers: Layers; linsolve: (typeof library)['linsolve']} = {layers, linsolve};

// What is imported and never used bundlers leave out, and its registrations with it: so it is used.
for (const layer of Object.values(layers)) {
  if ('className' in layer)
    serialization.registerClass(layer as unknown as Parameters<typeof serialization.registerClass>[0]);
}
hold(linsolve);
hold(linsolve.preconditioners);
