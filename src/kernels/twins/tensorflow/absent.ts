/** @file What pages have in the place of `index.ts`: nothing, since none has the backend 'tensorflow'. */
import type {TensorflowTwin} from './index.js';

export const tensorflowTwin: Partial<TensorflowTwin> = {};
