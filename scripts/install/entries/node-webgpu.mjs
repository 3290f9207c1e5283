/** @file WebGPU in Node by one import: on the machine's GPU, or on SwiftShader where Chromium brings it. */
import {existsSync} from 'node:fs';
import {projectOf, run, without} from '../projects.mjs';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

const MAIN = `
import {gpuInfo} from 'tfjs-implicit/node-webgpu';
import * as tf from '@tensorflow/tfjs';
import {projections} from 'tfjs-implicit';

await tf.setBackend('webgpu');
const x = projections.simplex(tf.tensor2d([[1, 0.5, -1]]));
console.log(JSON.stringify({on: tf.getBackend(), vendor: gpuInfo.vendor, x: Array.from(await x.data())}));
`;

export default [
  {
    name: 'node webgpu',
    async check(installation) {
      const folder = projectOf(installation, 'node-webgpu', {
        'main.js': MAIN,
        'without.js': without('webgpu'),
        'missing.js': `await import('tfjs-implicit/node-webgpu').catch((error) => console.log(error.message));`,
      });
      const told = await run('node', ['--import', './without.js', 'missing.js'], folder);
      if (!told.includes('npm install webgpu')) throw new Error(`without the package 'webgpu': ${told}`);
      const isSoftware =
        !process.env.VK_ICD_FILENAMES && process.platform === 'linux' && existsSync(SWIFTSHADER);
      const env = isSoftware ? {VK_ICD_FILENAMES: SWIFTSHADER} : {};
      const printed = await run('node', ['main.js'], folder, {env});
      const {on, vendor, x} = JSON.parse(printed.trim().split('\n').at(-1));
      if (on !== 'webgpu' || x.join() !== '0.75,0.25,0') throw new Error(printed);
      return vendor;
    },
  },
];
