/** @file Line searches: how far to go along a direction, each sample of a batch on its own. */
export {backtracking, type BacktrackingOptions} from './backtracking.js';
export {type BracketingOptions} from './bracketing.js';
export {hagerZhang} from './hager-zhang.js';
export {type LineFunction, type LineSearch, type LineStart} from './types.js';
export {zoom} from './zoom.js';
