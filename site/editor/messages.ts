/** @file What a page and the worker that runs its code tell each other. */
export type Backend = 'wasm' | 'webgpu';

export interface Request {
  code: string;
  backend: Backend;
}

export type Reply =
  | {kind: 'line'; text: string}
  | {kind: 'error'; text: string}
  | {kind: 'done'; seconds: number; backend: string};
