/** @file Node without a GPU: the backends that the host computes for. */
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {runtime} from '../runtime.js';

runtime.devices.push('cpu', 'wasm');
