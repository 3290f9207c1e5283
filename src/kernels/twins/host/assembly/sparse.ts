/** @file What the sparse kernels export. Pointers are byte offsets into the memory that the caller provides. */
export {factor} from './sparse-factor';
export {solve} from './sparse-solve';
