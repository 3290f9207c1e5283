import {offerWebGPU} from '/work/wt/gpu/scripts/dawn.mjs';
const miss = await offerWebGPU(); if (miss) throw new Error(miss);
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
await import('@tensorflow/tfjs-backend-webgpu');
await tf.setBackend('webgpu'); await tf.ready();
tf.env().set('WEBGPU_CPU_FORWARD', false);
const {solveQP} = await import('./src/index.ts');
const {complaints} = await import('./test/helpers/qp-certificate.ts');
const {tensorsOf} = await import('./test/helpers/qp-tensors.ts');
const {QP_COLLECTION} = await import('./test/zoo/qp-families.ts');
const {toF32} = await import('./test/zoo/qp/case.ts');
if (process.env.LANES) tf.env().set('IMPLICIT_WEBGPU_LANES', +process.env.LANES);
const most = +(process.env.MOST ?? 1000), every = +(process.env.EVERY ?? 1), size = +(process.env.SIZE ?? 30);
(tf.backend() as any).device.onuncapturederror = ({error}: any) => console.log('ERR', error.message.slice(0, 2000));
const cpu = () => { const {user, system} = process.cpuUsage(); return (user + system) / 1e6; };
let c0 = cpu();
const SMALL = QP_COLLECTION.filter(({n, m, k}) => n <= size && m + k <= 2 * size).filter((_, i) => i % every === 0).slice(0, most);
let first = true; const wrong: string[] = []; const counts: Record<string, number> = {}; let its = 0;
for (const problem of SMALL.map(toF32)) {
  const c = cpu();
  const result = solveQP(tensorsOf(problem), {onFailure: 'ignore'});
  const [status] = await result.status.data(); const [iterations] = await result.iterations.data();
  const source = status === 0 ? result : result.certificate;
  const solved = {status, iterations, x: [...(await (status === 2 ? result.certificate.x : result.x).data())], ineqDual: [...await source.ineqDual.data()], eqDual: [...await source.eqDual.data()]};
  counts[status] = (counts[status] ?? 0) + 1; its += iterations;
  const found = complaints(problem, solved as any, 5e-6);
  if (found.length) { wrong.push(problem.name + ': ' + found.join('; ')); }
  if (first) { console.log('first', (cpu() - c0).toFixed(1)); c0 = cpu(); first = false; }
  else if (process.env.V && cpu() - c > 0.5) console.log(problem.name, problem.n, problem.m, problem.k, (cpu() - c).toFixed(2));
}
console.log('rest cpu', (cpu() - c0).toFixed(1), 'problems', SMALL.length, JSON.stringify(counts), 'iterations', its, 'wrong', wrong);
