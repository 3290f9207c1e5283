/** @file The queue: quadratic programs in chunks, a chunk a job, and what is solved by whoever takes it. */
import {Buffer} from 'node:buffer';
import {randomUUID} from 'node:crypto';

export const QUEUE = 'quadratic-programs';

/** Where Redis is: `REDIS_PORT` on this machine, by default 6379. BullMQ wants commands to wait as long as it takes. */
export const connection = {port: Number(process.env.REDIS_PORT ?? 6379), maxRetriesPerRequest: null};

/**
 * A lock says that a worker is at a job. It is renewed every half `lockDuration`; a job whose lock has run out is given to another
 * worker when the next `stalledInterval` ends. So a worker that was killed costs at most four seconds here.
 */
export const worker = {lockDuration: 2000, stalledInterval: 2000, maxStalledCount: 5};

/** Numbers as text: about a quarter of what JSON takes. */
export const pack = (numbers) => Buffer.from(Float32Array.from(numbers).buffer).toString('base64');

/** The numbers of a text. */
export const unpack = (text) => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
};

/**
 * Jobs of `rows` problems each: 50 to 100 ms of work, so that the queue itself takes little of the time. Their ids are those of no other call:
 * a job whose id is on the queue already, even as completed, would not be added.
 */
export function jobsOf({n, m, Q, G, p, h}, rows = 250) {
  const jobs = [];
  const call = randomUUID();
  const total = p.length / n;
  for (let from = 0; from < total; from += rows) {
    const to = Math.min(total, from + rows);
    const data = {
      ...{from, rows: to - from, n, m, Q: pack(Q), G: pack(G)},
      ...{p: pack(p.slice(from * n, to * n)), h: pack(h.slice(from * m, to * m))},
    };
    // The result comes with the event; nothing stays in Redis.
    const opts = {jobId: `${call}-rows-${from}`, attempts: 3, removeOnComplete: true, removeOnFail: true};
    jobs.push({name: 'solve', data, opts});
  }
  return jobs;
}
