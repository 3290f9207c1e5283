/**
 * @file WebGPU in Node: after `import 'tfjs-implicit/node-webgpu'` tfjs has its backend 'webgpu', on the GPU of this machine, by Dawn (the
 * npm package 'webgpu'). Where there is a `navigator.gpu` already, it is used as it is.
 */
import {see} from './checks/index.js';

interface Host {
  navigator?: {gpu?: GPU};
  process?: {platform: string};
}

/** What a GPU says of itself; its entries may be empty. */
export interface GpuInfo {
  /** Such as 'nvidia'. */
  vendor: string;
  /** Such as 'hopper'. */
  architecture: string;
  /** The name of the device. */
  device: string;
  /** The driver's own words. */
  description: string;
}

const host = globalThis as Host;
if (!host.navigator?.gpu) offer(await dawn());
const adapter = await host.navigator!.gpu!.requestAdapter({powerPreference: 'high-performance'});
if (!adapter) {
  throw new Error(
    'tfjs-implicit/node-webgpu: Dawn finds no GPU. On Linux it needs the Vulkan loader (libvulkan1) and the Vulkan driver of the GPU; `vulkaninfo --summary` lists what it sees.' +
      see('webgpu-node'),
  );
}
const {vendor, architecture, device, description} = adapter.info;

/** The GPU on which the backend computes. */
export const gpuInfo: GpuInfo = {vendor, architecture, device, description};

// It looks for `navigator.gpu` while it is loaded, so not before.
await import('@tensorflow/tfjs-backend-webgpu').catch((error: unknown) =>
  missing('@tensorflow/tfjs-backend-webgpu', error),
);

/** @throws If the package is missing, or has no binary for this machine. */
async function dawn(): Promise<GPU> {
  const {create, globals} = await import('webgpu').catch((error: unknown) => missing('webgpu', error));
  Object.assign(globalThis, globals);
  // On Linux, what Dawn tries before Vulkan only prints warnings.
  return create(host.process?.platform === 'linux' ? ['backend=vulkan'] : []);
}

/** Makes `navigator.gpu`, whose devices have what helps the shaders of this library and tfjs does not ask for. */
function offer(gpu: GPU): void {
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (options) => {
    const found = await requestAdapter(options);
    if (!found?.features.has('subgroups')) return found;
    const requestDevice = found.requestDevice.bind(found);
    found.requestDevice = (descriptor) =>
      requestDevice({
        ...descriptor,
        requiredFeatures: [...(descriptor?.requiredFeatures ?? []), 'subgroups'],
      });
    return found;
  };
  // Node has a navigator from version 21 on.
  if (host.navigator) Object.defineProperty(host.navigator, 'gpu', {value: gpu, configurable: true});
  else host.navigator = {gpu, userAgent: 'Node.js'} as Host['navigator'];
}

function missing(name: string, cause: unknown): never {
  throw new Error(
    `tfjs-implicit/node-webgpu needs the package '${name}': npm install ${name}${see('webgpu-node')}`,
    {cause},
  );
}
