/** @file What a page and the worker that runs its code tell each other. */
import type {Backend} from '../worker/backend.js';

export interface Request {
  code: string;
  backend: Backend;
}

export type Reply =
  | {kind: 'line'; text: string}
  | {kind: 'error'; text: string}
  | {kind: 'done'; seconds: number; backend: string};
