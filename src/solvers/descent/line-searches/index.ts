/** @file Line searches: how far to move along a direction, separately for each sample of a batch. */
export {backtracking, type BacktrackingOptions} from './backtracking.js';
export {type BracketingOptions} from './bracketing.js';
export {hagerZhang} from './hager-zhang.js';
export {type LineFunction, type LineSearch, type LineStart} from './types.js';
export {zoom} from './zoom.js';
