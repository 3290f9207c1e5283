/** @file Runs code in the worker of the page, one block at a time. */
import type {Backend} from '../worker/backend.js';
import type {Reply} from './messages.js';

let worker: Worker | undefined;
let fail: ((reason: Error) => void) | undefined;

/** Ends what runs, if anything does. The next run starts a new worker. */
export function stop(): void {
  worker?.terminate();
  worker = undefined;
  fail?.(new Error('Stopped.'));
  fail = undefined;
}

/** @returns What is to be said when the code has ended. @throws What the code throws. */
export function run(code: string, backend: Backend, onLine: (text: string) => void): Promise<string> {
  if (fail) stop();
  worker ??= new Worker(new URL('./worker.ts', import.meta.url), {type: 'module'});
  const own = worker;
  return new Promise<string>((resolve, reject) => {
    const end = (settle: () => void) => {
      fail = undefined;
      settle();
    };
    fail = reject;
    own.onerror = ({message}) =>
      end(() => {
        own.terminate();
        worker = undefined;
        reject(new Error(message || 'The worker did not start.'));
      });
    own.onmessage = ({data}: MessageEvent<Reply>) => {
      if (data.kind === 'line') onLine(data.text);
      else if (data.kind === 'error') end(() => reject(new Error(data.text)));
      else end(() => resolve(`${data.seconds.toFixed(2)} s on ${data.backend}`));
    };
    own.postMessage({code, backend});
  });
}
