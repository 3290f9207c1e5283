/**
 * @file How exact the quadratic programs of the collection are on WebGPU, beside the f64 kernels of the host: statuses, optimality
 * errors of what comes back in f32, and gradients against those of the host.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs';
import {startBackend} from '../examples/support/backend.js';
import {solveQP, type QPInput} from '../src/index.js';
import {farkasErrors, optimalityErrors, rayErrors} from '../test/helpers/qp-certificate.js';
import {namesOf, tensorsOf} from '../test/helpers/qp-tensors.js';
import {toF32, type QPCase} from '../test/zoo/qp/case.js';
import {QP_COLLECTION} from '../test/zoo/qp-families.js';
import {QP_ZOO} from '../test/zoo/quadratic-programs.js';

const quietly = {onFailure: 'ignore'} as const;
const values = async (tensor: tf.Tensor) => Array.from(await tensor.data());

/** The largest error of the certificate, or NaN where the status is wrong. */
async function errorOf(problem: QPCase): Promise<number> {
  const {x, ineqDual, eqDual, status, certificate} = solveQP(tensorsOf(problem), quietly);
  const [code] = await values(status);
  if (code !== problem.expectedStatus) return NaN;
  const point = {
    x: await values(code === 2 ? certificate.x : x),
    ineqDual: await values(code === 1 ? certificate.ineqDual : ineqDual),
    eqDual: await values(code === 1 ? certificate.eqDual : eqDual),
  };
  return Math.max(...Object.values([optimalityErrors, farkasErrors, rayErrors][code](problem, point)));
}

async function gradientsOf(problem: (typeof QP_ZOO)[number]): Promise<number[][]> {
  const data = tensorsOf(problem);
  const names = namesOf(problem);
  const loss = (...tensors: tf.Tensor[]) =>
    tf.sum(
      tf.square(
        solveQP(Object.fromEntries(tensors.map((t, i) => [names[i], t])) as unknown as QPInput, quietly).x,
      ),
    );
  return Promise.all(
    tf
      .grads(loss)(names.map((name) => data[name]!))
      .map(values),
  );
}

await startBackend('webgpu');
tf.env().set('WEBGPU_CPU_FORWARD', false);
const problems = QP_COLLECTION.filter(({n, m, k}) => n <= 30 && m + k <= 60).map(toF32);
const errors: Record<string, number[]> = {};
const gradients: Record<string, number[][][]> = {};
for (const backend of ['cpu', 'webgpu']) {
  await tf.setBackend(backend);
  errors[backend] = [];
  for (const problem of problems) errors[backend].push(await errorOf(problem));
  gradients[backend] = [];
  for (const problem of QP_ZOO) gradients[backend].push(await gradientsOf(problem));
}
const largest = (list: number[]) => list.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
// Relative to the largest entry in any parameter: at a vertex, that of Q is zero but for rounding.
const off = gradients.cpu.map(
  (host, i) =>
    largest(
      host.flatMap((ofParameter, j) => ofParameter.map((value, l) => value - gradients.webgpu[i][j][l])),
    ) / largest(host.flat()),
);
function at(list: number[], share: number): string {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(list.length - 1, Math.floor(share * list.length))].toExponential(1);
}
console.log(
  `| ${problems.length} programs of the collection | wrong statuses | median error | worst error |`,
);
console.log('| --- | --- | --- | --- |');
for (const [backend, list] of Object.entries(errors)) {
  const right = list.filter((error) => !Number.isNaN(error));
  console.log(`| ${backend} | ${list.length - right.length} | ${at(right, 0.5)} | ${at(right, 1)} |`);
}
console.log(
  `\nGradients of ${QP_ZOO.length} programs against the host: median ${at(off, 0.5)}, worst ${at(off, 1)}.`,
);
process.exit();
