/** @file What the kernels on float32 rows export, in a module of their own: a bundle holds what it uses. */
export {isotonic, isotonicGradient} from './isotonic';
export {positiveEntries, simplexThreshold} from './simplex';
