/** @file Puts the chunks of a problem on the queue, and puts their solutions together. */
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
    // The queue tells of the jobs of other calls, too.
    const own = new Set(jobs.map(({opts}) => opts.jobId));
    const all = new Promise((resolve, reject) => {
      if (jobs.length === 0) resolve();
      events.on('failed', ({jobId, failedReason}) => {
        if (own.has(jobId)) reject(new Error(`${jobId}: ${failedReason}`));
      });
      events.on('completed', ({jobId, returnvalue}) => {
        if (!own.has(jobId)) return;
        if (results.has(jobId)) return reject(new Error(`${jobId} was done twice`));
        results.set(jobId, typeof returnvalue === 'string' ? JSON.parse(returnvalue) : returnvalue);
        onDone(results.size);
        if (results.size === jobs.length) resolve();
      });
    });
    all.catch(() => undefined);
    await queue.addBulk(jobs);
    await all;
  } finally {
    await Promise.all([queue.close(), events.close()]);
  }
  const inOrder = [...results.values()].sort((a, b) => a.from - b.from);
  return {
    x: Float32Array.from(inOrder.flatMap(({x}) => Array.from(unpack(x)))),
    status: inOrder.flatMap(({status}) => status),
  };
}
