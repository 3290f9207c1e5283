/** @file What the page of a demo and the worker that trains tell each other. */
import type {Result, Settings} from './demo.js';

export type Request =
  | {kind: 'start'; demo: string; settings: Settings; rate: number}
  | {kind: 'pause'}
  | {kind: 'resume'}
  /** Steps per second; 0 is as many as possible. */
  | {kind: 'rate'; rate: number}
  | {kind: 'reset'}
  | {kind: 'ask'; id: number; request: unknown};

export type Reply =
  /** The model is there: it can be asked. */
  | {kind: 'ready'; steps: number; claim?: string}
  | {kind: 'step'; step: number; loss: number; picture?: unknown; result?: Result}
  | {kind: 'end'}
  | {kind: 'answer'; id: number; answer: unknown}
  /** With an id, of a request; otherwise of the training, which has ended. */
  | {kind: 'error'; id?: number; text: string};
