/**
 * @file What a job does, in a process of its own: BullMQ calls it a sandboxed processor. A solve may take longer than the lock of its job lasts;
 * the worker, which is another process, renews the lock meanwhile.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {setThreads, solveQPAsync} from 'tfjs-implicit';
import {pack, unpack} from './queue.mjs';

tf.enableProdMode();
// The workers are the threads.
setThreads(1);
// A worker that was killed leaves its processor behind, which nobody would end.
process.once('disconnect', () => process.exit());

/** Solves the problems of a job. What it returns is stored with the job, once, whoever else was at it. */
export default async function solve({data}) {
  const {from, rows, n, m} = data;
  const numbers = (name, shape) => tf.tensor(unpack(data[name]), shape);
  const problem = {
    ...{Q: numbers('Q', [n, n]), G: numbers('G', [m, n])},
    ...{p: numbers('p', [rows, n]), h: numbers('h', [rows, m])},
  };
  const {certificate, ...result} = await solveQPAsync(problem, {onFailure: 'ignore'});
  const [x, status] = await Promise.all([result.x.data(), result.status.data()]);
  tf.dispose([problem, certificate, result]);
  return {from, x: pack(x), status: Array.from(status)};
}
