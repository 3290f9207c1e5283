/** @file Runs the code of lessons, with tfjs and this library, where it cannot block the page. */
import * as tf from '@tensorflow/tfjs';
import * as library from 'tfjs-implicit';
import {format, formatTensor} from './format.js';
import {moduleOf} from './imports.js';
import {startBackend} from '../worker/backend.js';
import type {Reply, Request} from './messages.js';

const send = (reply: Reply) => self.postMessage(reply);

/** Lines are shown in the order in which they were written, also where tensors take time to be read. */
let written: Promise<unknown> = Promise.resolve();
function write(text: string | Promise<string>): void {
  const before = written;
  written = Promise.all([text, before]).then(([line]) => send({kind: 'line', text: line}));
}

tf.Tensor.prototype.print = function (this: tf.Tensor) {
  write(formatTensor(this));
};
for (const level of ['log', 'info', 'warn', 'error'] as const) {
  console[level] = (...values: unknown[]) =>
    write(
      Promise.all(
        values.map(async (value) =>
          value instanceof tf.Tensor ? formatTensor(value as tf.Tensor) : format(value),
        ),
      ).then((texts) => texts.join(' ')),
    );
}

/** The line of the lesson's code in which the error arose, where the browser tells it. */
function lineOf(error: unknown): string {
  const line = error instanceof Error ? /blob:[^)\s]+:(\d+):\d+/.exec(error.stack ?? '')?.[1] : undefined;
  return line === undefined ? '' : ` (line ${line})`;
}

async function run({code, backend}: Request): Promise<void> {
  const engine = tf.engine();
  let address = '';
  try {
    await startBackend(backend);
    address = await moduleOf(code, {'@tensorflow/tfjs': tf, 'tfjs-implicit': library});
    const start = performance.now();
    engine.startScope();
    try {
      await import(/* @vite-ignore */ address);
      await written;
    } finally {
      engine.endScope();
      engine.disposeVariables();
    }
    send({kind: 'done', seconds: (performance.now() - start) / 1000, backend: tf.getBackend()});
  } catch (error) {
    await written.catch(() => {});
    written = Promise.resolve();
    send({kind: 'error', text: `${format(error)}${lineOf(error)}`});
  } finally {
    URL.revokeObjectURL(address);
  }
}

self.addEventListener('message', ({data}: MessageEvent<Request>) => void run(data));
