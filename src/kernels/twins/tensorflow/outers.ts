/** @file The kernel 'ImplicitOuters' on the backend 'tensorflow': in double precision, whatever a GPU makes of products in float32. */
import type {DeviceCompute} from '../../backends/node-device.js';
import {given, mulT, onDevice, plus, type Doubles} from './arrays/index.js';

/** With the attribute `shared`, the sum over the batch. */
export const deviceOuters: DeviceCompute<'a' | 'b' | 'c' | 'd'> = (inputs, {shared}, backend) =>
  onDevice(backend, () => {
    const {a, b} = inputs;
    const {c, d} = inputs as Partial<typeof inputs>;
    const [batch, rows] = a.shape;
    const columns = b.shape[1];
    const stacked = (info: typeof a): Doubles => {
      const width = info.shape[1];
      return given(info, shared ? [1, batch, width] : [batch, 1, width]);
    };
    const first = mulT(stacked(a), stacked(b));
    const sum = c && d ? plus(first, mulT(stacked(c), stacked(d))) : first;
    return [{from: sum, shape: [shared ? 1 : batch, rows, columns]}];
  });
