/** @file The import that sets up WebGPU in Node, in processes of their own. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {assert} from 'chai';
import {describeDevices} from './devices.js';

const ENTRY = new URL('../../src/node-webgpu.ts', import.meta.url).href;
const INDEX = new URL('../../src/index.ts', import.meta.url).href;

/** Runs a module. @returns What it prints. */
async function run(code: string, ...options: string[]): Promise<string> {
  const {stdout} = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', ...options, '--input-type=module', '--eval', code],
    {timeout: 200_000},
  );
  return stdout;
}

/** A resolver that does not find this package. */
function without(name: string): string {
  const hook = `export async function resolve(name, context, next) {
    if (name === '${name}') throw Object.assign(new Error('Cannot find package'), {code: 'ERR_MODULE_NOT_FOUND'});
    return next(name, context);
  }`;
  const register = `import {register} from 'node:module'; register(${JSON.stringify(dataUrl(hook))});`;
  return `--import=${dataUrl(register)}`;
}

const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

describeDevices('the import for Node', (device) => {
  if (device !== 'webgpu' || typeof process === 'undefined') return;

  it('registers the backend', async () => {
    const printed = await run(`
      import {gpuInfo} from '${ENTRY}';
      import * as tf from '@tensorflow/tfjs-core';
      import {projections} from '${INDEX}';
      await tf.setBackend('webgpu');
      const x = projections.simplex(tf.tensor2d([[1, 0.5, -1]]));
      console.log(JSON.stringify([tf.getBackend(), typeof gpuInfo.vendor, Array.from(await x.data())]));
    `);
    assert.deepEqual(JSON.parse(printed.trim().split('\n').at(-1)!), ['webgpu', 'string', [0.75, 0.25, 0]]);
  });

  for (const name of ['webgpu', '@tensorflow/tfjs-backend-webgpu']) {
    it(`says what to install where ${name} is missing`, async () => {
      const printed = await run(
        `await import('${ENTRY}').catch((error) => console.log(error.message));`,
        without(name),
      );
      assert.include(printed, `npm install ${name}`);
    });
  }
});
