/** @file Puts the chunks of a problem on the queue, and puts their solutions together. */
import {once} from 'node:events';
import {Queue, QueueEvents} from 'bullmq';
import {connection, jobsOf, QUEUE, unpack} from './queue.mjs';

/**
 * @param problem Q [n, n] and G [m, n] for all, p [rows, n] and h [rows, m], as flat arrays.
 * @param onDone Called with the number of jobs that are done.
 * @returns x [rows, n] and the status of each row.
 */
export async function solveOnQueue(problem, onDone = () => undefined) {
  const queue = new Queue(QUEUE, {connection});
  const events = new QueueEvents(QUEUE, {connection});
  const results = new Map();
  try {
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    const jobs = jobsOf(problem);
    const failure = once(events, 'failed').then(([{jobId, failedReason}]) => {
      throw new Error(`${jobId}: ${failedReason}`);
    });
    failure.catch(() => undefined);
    const all = new Promise((resolve) => {
      events.on('completed', ({jobId, returnvalue}) => {
        if (results.has(jobId)) throw new Error(`${jobId} was done twice`);
        results.set(jobId, typeof returnvalue === 'string' ? JSON.parse(returnvalue) : returnvalue);
        onDone(results.size);
        if (results.size === jobs.length) resolve();
      });
    });
    await queue.addBulk(jobs);
    await Promise.race([all, failure]);
  } finally {
    await Promise.all([queue.close(), events.close()]);
  }
  const inOrder = [...results.values()].sort((a, b) => a.from - b.from);
  return {
    x: Float32Array.from(inOrder.flatMap(({x}) => Array.from(unpack(x)))),
    status: inOrder.flatMap(({status}) => status),
  };
}
