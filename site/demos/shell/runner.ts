/** @file The page's side of the worker that trains. */
import type {Reply, Request} from './messages.js';

type Told = Exclude<Reply, {kind: 'answer'} | {kind: 'error'; id: number}>;

export class Runner {
  private readonly worker = new Worker(new URL('./worker.ts', import.meta.url), {type: 'module'});
  private readonly waiting = new Map<
    number,
    {resolve: (answer: unknown) => void; reject: (e: Error) => void}
  >();
  private id = 0;

  /** @param onReply Is told all but answers, which `ask` returns. */
  constructor(onReply: (reply: Told) => void) {
    this.worker.onerror = ({message}) =>
      onReply({kind: 'error', text: message || 'The worker did not start.'});
    this.worker.onmessage = ({data}: MessageEvent<Reply>) => {
      const settle = 'id' in data && data.id !== undefined ? this.waiting.get(data.id) : undefined;
      if (data.kind === 'answer') settle?.resolve(data.answer);
      else if (settle && data.kind === 'error') settle.reject(new Error(data.text));
      else onReply(data);
    };
  }

  send(request: Request): void {
    this.worker.postMessage(request);
  }

  ask(request: unknown): Promise<unknown> {
    const id = ++this.id;
    this.send({kind: 'ask', id, request});
    return new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject})).finally(() =>
      this.waiting.delete(id),
    );
  }

  end(): void {
    this.worker.terminate();
  }
}
