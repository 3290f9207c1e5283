/** @file Lets the event loop go on: timers, input, messages and frames have their turn. */

/** Resolves in a later task of the event loop. A timer would wait for 4 ms in a page. */
export function nextTask(): Promise<void> {
  const {setImmediate: soon} = globalThis as {setImmediate?: (f: () => void) => void};
  if (soon) return new Promise((resolve) => soon(() => resolve()));
  return new Promise((resolve) => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
