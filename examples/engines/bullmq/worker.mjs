/** @file A worker: `node worker.mjs`, as many as there are cores, on as many machines as you like. */
import {URL} from 'node:url';
import {Worker} from 'bullmq';
import {connection, QUEUE, worker as options} from './queue.mjs';

const worker = new Worker(QUEUE, new URL('processor.mjs', import.meta.url), {connection, ...options});
worker.on('error', (error) => console.error(error.message));
// A worker that is asked to end finishes its job first.
for (const name of ['SIGINT', 'SIGTERM'])
  process.once(name, () => void worker.close().then(() => process.exit()));
await worker.waitUntilReady();
console.log('ready');
