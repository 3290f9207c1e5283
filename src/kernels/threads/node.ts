/** @file Modules of Node, which a page does not have. They are requested at run time, so that a bundle for a page contains none of them. */

export interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: 'error' | 'exit', listener: () => void): void;
  terminate(): Promise<number>;
  unref(): void;
}

interface NodeModules {
  'node:os': {availableParallelism(): number};
  'node:worker_threads': {
    Worker: new (code: string | URL, options: {workerData: unknown; eval?: boolean}) => NodeWorker;
    parentPort: {on(event: 'message', listener: (message: unknown) => void): void} | null;
    workerData: unknown;
  };
}

/** A module of Node, or `undefined` elsewhere. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  const {process} = globalThis as {process?: {getBuiltinModule?: (name: string) => unknown}};
  return process?.getBuiltinModule?.(name) as NodeModules[Name] | undefined;
}
