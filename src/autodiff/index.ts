/** @file Automatic differentiation on private tapes. */
export {carryDoubles, doublesOf, hasDoubles, noteDoubles, numbersOf, tensorOfDoubles} from './doubles.js';
export {disposeTape, isTapeOn, offTape, rollBackOnThrow} from './engine.js';
export {
  arrangeLike,
  flatten,
  flattenLike,
  flattenTangents,
  unflatten,
  type Parameter,
  type Structure,
} from './structure.js';
export {vjp, vjpAt, vjpOf, pullbackOf, type Pullback} from './vjp.js';
export {jvp, jvpOf, pushforwardOf} from './jvp.js';
export {forwardMode, pushForward, type ForwardMode} from './forward.js';
export {freeTensors} from './free-tensors.js';
export {recordPrivately} from './tape.js';
export {SuspendedScope} from './suspended-scope.js';
export {distinct, recordOp} from './op.js';
export {asFloat, floatMap, nothing} from './float-map.js';
export {enableHigherOrderGradients} from './higher-order.js';
export {
  noteOwnGradient,
  observe,
  observed,
  unobserved,
  type KernelCall,
  type Observed,
  type ObservedLoop,
  type UserCall,
} from './observe.js';
export {
  belongingTo,
  isOwn,
  madeOf,
  marked,
  noteOwn,
  originalOf,
  ownerOf,
  partsOf,
  type AnyFunction,
} from './user-functions.js';
