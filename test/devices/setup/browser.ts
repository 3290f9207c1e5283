/** @file A page: WebGPU, WebGL and WASM. Without one of them the suites fail. */
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import {setWasmPaths} from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import {runtime} from '../runtime.js';

setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
// Small operations would otherwise run on the host.
tf.env().set('WEBGPU_CPU_FORWARD', false);
tf.env().set('WEBGL_CPU_FORWARD', false);
runtime.devices.push('wasm', 'webgl', 'webgpu');
runtime.page = true;
