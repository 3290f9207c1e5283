/** @file Node without WebGPU: the backends that the host can read. */
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {BACKENDS} from '../../helpers/backends.js';
import {runtime} from '../runtime.js';

runtime.devices.push(...BACKENDS);
