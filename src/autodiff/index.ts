/** @file Automatic differentiation on private tapes. */
export {isTapeOn, offTape, rollBackOnThrow} from './engine.js';
export {flatten, unflatten, type Parameter, type Structure} from './structure.js';
export {vjp, vjpOf, pullbackOf, type Pullback} from './vjp.js';
export {jvp, jvpOf, pushforwardOf} from './jvp.js';
export {freeTensors} from './free-tensors.js';
export {recordOp} from './op.js';
export {asFloat, floatMap, nothing} from './float-map.js';
export {enableHigherOrderGradients} from './higher-order.js';
