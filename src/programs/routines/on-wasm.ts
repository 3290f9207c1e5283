/** @file Adds kernels that the tfjs backend 'wasm' lacks, some of which gradients need. The host runs their routines. */
import * as tf from '@tensorflow/tfjs-core';
import type {Routines, Site} from './types.js';

type Inputs = Record<string, {shape: number[]}>;

/** The shapes of the results of these kernels. */
const SHAPES: Record<string, (inputs: Inputs, attributes: Site['attributes']) => number[]> = {
  Conv2DBackpropFilter: (_, {filterShape}) => filterShape as number[],
  DepthwiseConv2dNativeBackpropFilter: (_, {filterShape}) => filterShape as number[],
  DepthwiseConv2dNativeBackpropInput: (_, {inputShape}) => inputShape as number[],
  Einsum: (inputs, {equation}) => {
    const [terms, result] = (equation as string).replace(/\s/g, '').split('->');
    const operands = Object.values(inputs);
    const sizes = new Map(
      terms
        .split(',')
        .flatMap((letters, k) => [...letters].map((letter, axis) => [letter, operands[k].shape[axis]])),
    );
    return [...result].map((letter) => sizes.get(letter)!);
  },
  UnsortedSegmentSum: ({x}, {numSegments}) => [numSegments as number, ...x.shape.slice(1)],
};

/** Registers the kernels that are not registered yet. */
export function addKernels(routines: Routines): void {
  for (const [kernelName, shapeOf] of Object.entries(SHAPES)) {
    if (tf.getKernel(kernelName, 'wasm')) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({inputs, attrs, backend}) => {
        const host = backend as tf.KernelBackend;
        const given = Object.entries(inputs as tf.NamedTensorInfoMap);
        const attributes = (attrs ?? {}) as Site['attributes'];
        const operands = given.map(([name, info]) => {
          const {dataId, shape, dtype} = info!;
          return [
            name,
            {shape, dtype, data: Float64Array.from(host.readSync(dataId) as Float32Array)},
          ] as const;
        });
        const shape = shapeOf(Object.fromEntries(operands), attributes);
        const {dtype} = operands[0][1];
        const data = new Float64Array(tf.util.sizeFromShape(shape));
        const site = {
          inputs: Object.fromEntries(operands.map(([name, operand]) => [name, [operand]])),
          outputs: [{shape, dtype, data}],
          attributes,
        };
        routines[kernelName](site)();
        const values = dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data);
        return {dataId: host.write(values, shape, dtype), shape, dtype};
      },
    });
  }
}
