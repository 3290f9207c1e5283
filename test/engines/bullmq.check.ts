/**
 * @file Two workers of BullMQ, one of which is killed in the middle: every row is solved once, and the numbers are those of one process.
 * It needs redis-server and the built package: `npm run test:engines`.
 */
import {spawn, type ChildProcess} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {Queue, type ConnectionOptions} from 'bullmq';
import {assert} from 'chai';
import {solveQP} from '../../src/index.js';
import {problems} from '../cli/files.js';

const EXAMPLE = new URL('../../examples/engines/bullmq/', import.meta.url);
const ROWS = 10_000;
const SIZE = 20;

interface Example {
  solveOnQueue: (
    problem: Record<string, unknown>,
    onDone: (count: number) => void,
  ) => Promise<{x: Float32Array; status: number[]}>;
}

const digest = (x: Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(x.buffer, x.byteOffset, x.byteLength))
    .digest('hex');

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  return port;
}

/** How many jobs Redis still has, in whatever state. */
async function storedJobs(): Promise<number> {
  const example = (await import(new URL('queue.mjs', EXAMPLE).href)) as {
    connection: ConnectionOptions;
    QUEUE: string;
  };
  const queue = new Queue(example.QUEUE, {connection: example.connection});
  const counts = await queue.getJobCounts();
  await queue.close();
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The first thing that a process prints which matches. */
async function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  let printed = '';
  const exit = once(child, 'exit').then(() => assert.fail(`it ended: ${printed}`));
  exit.catch(() => undefined);
  const said = new Promise<void>((resolve) => {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => {
        printed += String(text);
        if (pattern.test(printed)) resolve();
      });
  });
  await Promise.race([said, exit]);
}

describe('BullMQ', () => {
  const children: ChildProcess[] = [];
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tfjs-implicit-redis-'));
    const port = await freePort();
    process.env.REDIS_PORT = String(port);
    const redis = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder]);
    children.push(redis);
    await says(redis, /ready to accept connections/i);
    await tf.setBackend('cpu');
  });
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  });

  it('loses nothing when a worker is killed', async () => {
    const {Q, G, p, h} = problems(ROWS, SIZE, SIZE);
    const workers = [0, 1].map(() => spawn(process.execPath, [new URL('worker.mjs', EXAMPLE).pathname]));
    children.push(...workers);
    await Promise.all(workers.map((worker) => says(worker, /ready/)));
    const {solveOnQueue} = (await import(new URL('solve.mjs', EXAMPLE).href)) as Example;
    let killedAt = 0;
    const flat = {n: SIZE, m: SIZE, Q: Q.flat(), G: G.flat(), p: p.flat(), h: h.flat()};
    const {x, status} = await solveOnQueue(flat, (count) => {
      if (count < 8 || killedAt > 0) return;
      killedAt = count;
      workers[0].kill('SIGKILL');
    });
    assert.isAbove(killedAt, 0);
    assert.isBelow(killedAt, ROWS / 250);
    assert.deepEqual(status, Array(ROWS).fill(0));
    const alone = tf.tidy(() =>
      solveQP({Q: tf.tensor(Q), G: tf.tensor(G), p: tf.tensor(p), h: tf.tensor(h)}).x.dataSync(),
    );
    assert.equal(digest(x), digest(alone as Float32Array));

    // Some of them again, twice at once: none waits for a job that is done, or takes the results of the other.
    const some = 1000 * SIZE;
    const part = {...flat, p: flat.p.slice(0, some), h: flat.h.slice(0, some)};
    const again = await Promise.all([0, 1].map(() => solveOnQueue(part, () => undefined)));
    for (const result of again) assert.equal(digest(result.x), digest(x.slice(0, some)));
    assert.equal(await storedJobs(), 0);
  });
});
