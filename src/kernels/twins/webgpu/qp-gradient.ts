/**
 * @file The kernel 'ImplicitQPGradient' on WebGPU: the cotangents of the data of quadratic programs, from those of their solutions. The
 * systems are solved by one shader, and another makes all products; `operations/qp-gradient.ts` has the formulas.
 */
import * as tf from '@tensorflow/tfjs-core';
import {run, THREADS, type Binding} from './dispatch.js';
import {DOUBLE} from './double.wgsl.js';
import {gradientAdjoint} from './kkt-adjoint.wgsl.js';
import {solveSystems} from './kkt.js';
import type {GpuCompute} from './register.js';
import {bindInputs} from './run-problems.js';
import {unpack} from './unpack.js';

const DATA = ['Q', 'p', 'G', 'h', 'A', 'b'] as const;
type Name = (typeof DATA)[number];

type Cotangents = 'vx' | 'vIneq' | 'vEq';
type Given = Name | 'weight' | 'status' | 'x' | 'ineqDual' | 'eqDual';
type Inputs = Record<Given, tf.TensorInfo> & Partial<Record<Cotangents, tf.TensorInfo>>;

/** What the products are made of, which fits into one buffer. */
const FACTORS = ['weight', 'status', 'x', 'ineqDual', 'eqDual', 'vIneq', 'vEq'];

export const gpuQPGradient: GpuCompute<Given | Cotangents> = (inputs: Inputs, attributes, backend) => {
  const [batch, n] = inputs.x.shape;
  const [m, k] = [inputs.G.shape[1], inputs.A.shape[1]];
  const wanted = DATA.filter((_, i) => (attributes.wanted as number[])[i]);
  const make = (shape: number[]) => {
    const isEmpty = tf.util.sizeFromShape(shape) === 0;
    return backend.makeTensorInfo(shape, 'float32', isEmpty ? new Float32Array(0) : undefined);
  };
  const residual = make([batch]);
  const outputs = wanted.map((name) => make(inputs[name].shape));
  if (batch === 0) return [residual, ...outputs];
  const {Q, G, A, weight, status, x, ineqDual, eqDual} = inputs;
  // A cotangent that is not given is zero: one row for all samples.
  const zeros: tf.TensorInfo[] = [];
  const orZero = (given: tf.TensorInfo | undefined, columns: number) => {
    if (given) return given;
    const zero = backend.makeTensorInfo([1, columns], 'float32', new Float32Array(columns));
    zeros.push(zero);
    return zero;
  };
  const [vx, vIneq, vEq] = [orZero(inputs.vx, n), orZero(inputs.vIneq, m), orZero(inputs.vEq, k)];
  const read = {Q, G, A, vx, weight, status, x, ineqDual, eqDual, vIneq, vEq};
  const bound = bindInputs(backend, read, batch, 2, FACTORS);
  const record = solveSystems(backend, gradientAdjoint, {batch, n, m, k, transposed: true}, bound);
  unpack(backend, record, [{info: residual, at: record.places.residual, step: 1, columns: 1}], 0, batch);

  const products = wanted
    .map((name, i) => ({name, info: outputs[i], columns: /[QGA]/.test(name) ? n : 1}))
    .filter(({info}) => tf.util.sizeFromShape(info.shape) > 0);
  const integers: Record<string, number> = {
    ...{nothing: 0, n, m, batch, words: record.words, tile: record.tile, u: record.places.u},
    ...bound.integers,
  };
  let threads = 0;
  for (const {name, info, columns} of products) {
    integers[`from_${name}`] = threads;
    integers[`to_${name}`] = threads += tf.util.sizeFromShape(info.shape);
    integers[`size_${name}`] = tf.util.sizeFromShape(info.shape.slice(1));
    integers[`columns_${name}`] = columns;
    integers[`shared_${name}`] = Number(info.shape[0] < batch);
  }
  if (products.length > 0) {
    run(backend, {
      key: 'tfjs-implicit gradient of quadratic programs',
      code: () => [DOUBLE, PRODUCTS, bound.packed.code, mainOf(products.map(({name}) => name))].join('\n'),
      buffers: [
        ...products.map(({name, info}): Binding => ({name: `d_${name}`, info, written: true})),
        {name: 'record', info: record.info},
        bound.packed.buffer,
      ],
      ...{integers, workgroup: THREADS, groups: Math.ceil(threads / THREADS)},
    });
  }
  for (const {dataId} of [record.info, ...zeros]) backend.disposeData(dataId);
  bound.dispose();
  return [residual, ...outputs];
};

/** `term_NAME(i, j)`: what the sample `sample` adds to entry (i, j) of a cotangent. */
const PRODUCTS = `
var<private> sample: i32;
fn u_x(i: i32) -> f32 { return record[(sample / $tile * $words + $u + i) * $tile + sample % $tile]; }
fn u_ineq(i: i32) -> f32 { return u_x($n + i); }
fn u_eq(i: i32) -> f32 { return u_x($n + $m + i); }
fn pull(i: i32) -> f32 { return given_weight(i) * u_ineq(i); }
fn pair(a: f32, b: f32, c: f32, d: f32) -> D { return add(times(a, b), times(c, d)); }
fn term_Q(i: i32, j: i32) -> D { return 0.5 * pair(u_x(i), given_x(j), given_x(i), u_x(j)); }
fn term_p(i: i32, j: i32) -> D { return wide(u_x(i)); }
fn term_G(i: i32, j: i32) -> D { return pair(given_ineqDual(i), u_x(j), pull(i), given_x(j)); }
fn term_h(i: i32, j: i32) -> D { return wide(-pull(i)); }
fn term_A(i: i32, j: i32) -> D { return pair(given_eqDual(i), u_x(j), u_eq(i), given_x(j)); }
fn term_b(i: i32, j: i32) -> D { return wide(-u_eq(i)); }
`;

/** Each thread has an entry, which is a sum over the batch if the samples share the tensor. */
const mainOf = (names: readonly Name[]) => `
fn main(group: i32, thread: i32) {
  nothing = $nothing;
  let index = group * ${THREADS} + thread;
  ${names
    .map(
      (name) => `if (index < $to_${name}) {
    let place = index - $from_${name};
    let entry = place % $size_${name};
    let own = place / $size_${name};
    var s = D(0, 0);
    for (var i = own; i < select(own + 1, $batch, $shared_${name} > 0); i++) {
      sample = i;
      s = add(s, term_${name}(entry / $columns_${name}, entry % $columns_${name}));
    }
    d_${name}[place] = s.x;
    return;
  }`,
    )
    .join('\n  ')}
}`;
