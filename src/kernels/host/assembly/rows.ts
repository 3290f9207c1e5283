/** @file What the kernels on float32 rows export, in a module of their own: a bundle holds what it uses. */
export {projectSimplex, simplexGradient} from './simplex';
