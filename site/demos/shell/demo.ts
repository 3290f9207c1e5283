/** @file What a demo is: a training that can be watched, and a model that can be asked. */
import type {Backend} from '../../worker/backend.js';

export interface Settings {
  backend: Backend;
  seed: number;
  /** A smaller setting with the same kind of result, for checks. */
  quick: boolean;
  /** What the page lets the reader choose before the training. */
  options?: unknown;
}

/** How far the training is from what the page says it reaches. */
export interface Result {
  value: number;
  /** The value as the page shows it, such as "96 % of 80 held-out boards". */
  text: string;
  reached: boolean;
}

/** After one step of the training. */
export interface Progress<Picture = unknown> {
  loss: number;
  /** Makes what the page draws; called only for steps that are shown. Data that can be posted: numbers, arrays, objects. */
  picture?: () => Picture | Promise<Picture>;
  /** After a measurement; the page shows the latest. */
  result?: Result;
}

export interface Demo<Picture = unknown, Ask = unknown, Answer = unknown> {
  /** The most steps that the training takes; it may end earlier. */
  steps: number;
  /** What a smaller setting reaches, in place of the claim of the page. */
  claim?: string;
  /** One step of the training per value. It ends by itself when the result is reached or the steps are used up. */
  train(): AsyncGenerator<Progress<Picture>, void>;
  /** Answers with the model as it is: before, during (between two steps) and after the training. */
  ask(request: Ask): Answer | Promise<Answer>;
  dispose(): void;
}

/** Each demo's `demo.ts` exports one by the name `start`. The backend has been started before. */
export type StartDemo<Picture = unknown, Ask = unknown, Answer = unknown> = (
  settings: Settings,
) => Demo<Picture, Ask, Answer> | Promise<Demo<Picture, Ask, Answer>>;
