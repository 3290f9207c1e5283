/** @file Programs: functions of tensors that are traced once, simplified, and run in double precision on plain arrays. */
export {attempt} from './attempt.js';
export {compile, type Arrays, type Compiled, type Numbers} from './compile.js';
export {canLook, lookEvery, loopWhile, shouldLook, type LoopOptions} from './loop.js';
export {statesBehind} from './needed.js';
export {sweepRows, type RowSweep} from './row-sweep.js';
export {spacing} from './precision.js';
export {type Graph} from './graph.js';
export {Program} from './program.js';
export {seeingOnce} from './glimpse.js';
export {recall, type Origin} from './recall.js';
export {recallGraph} from './recall-graph.js';
export {reasonOf} from './reason.js';
export {broadcastStrides, places, stridesOf} from './routines/types.js';
export {programsFlag, explain} from './flag.js';
export {trace, Untraceable, type Trace} from './trace.js';
