/**
 * @file WebGPU for Node, by Dawn (the npm package 'webgpu'). On a machine without a GPU it runs on SwiftShader, which Debian's
 * Chromium brings along: `scripts/install-gpu.sh` installs both.
 */
import {existsSync} from 'node:fs';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Makes `navigator.gpu`; to be called before '@tensorflow/tfjs-backend-webgpu' is imported.
 *
 * @returns {Promise<string | null>} Why that is not possible, or `null`.
 */
export async function offerWebGPU() {
  if (!process.env.VK_ICD_FILENAMES && process.platform === 'linux' && existsSync(SWIFTSHADER)) {
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  }
  let gpu;
  try {
    const {create, globals} = await import('webgpu');
    Object.assign(globalThis, globals);
    gpu = create(process.platform === 'linux' ? ['backend=vulkan'] : []);
  } catch (error) {
    return `the package 'webgpu' (Dawn) does not load: ${error.message.split('\n')[0]}`;
  }
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (options) => withSubgroups(await requestAdapter(options));
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter)
    return 'Dawn finds no GPU, nor SwiftShader (bash scripts/install-gpu.sh installs that on Debian)';
  const navigator = {...globalThis.navigator, gpu, userAgent: 'node'};
  Object.defineProperty(globalThis, 'navigator', {value: navigator, configurable: true, writable: true});
  return null;
}

/** Its devices have subgroups, as those of 'tfjs-implicit/node-webgpu' do. */
function withSubgroups(adapter) {
  if (!adapter?.features.has('subgroups')) return adapter;
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = (descriptor) =>
    requestDevice({
      ...descriptor,
      requiredFeatures: [...(descriptor?.requiredFeatures ?? []), 'subgroups'],
    });
  return adapter;
}
