/** @file Checks of what callers pass: the lowest room, which knows nothing of tensors. */
export {checkFunction, checkOptions, describe, nearestName, type Names, type NoOptions} from './options.js';
export {see} from './see.js';
export {alsoReadAs, noteRenamed, renamed, unsaid, type Renamings} from './renamed.js';
