/** @file Runs the training of one demo: pauses, keeps to a rate, and answers between two steps. */
import type {Demo, Progress} from './demo.js';
import type {Reply} from './messages.js';

/** Pictures per second, at most. */
const PICTURES = 15;

/** Lets messages in. A timer would wait for 4 ms. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

export class Training {
  private isStopped = false;
  private isPaused = false;
  private isStepping = false;
  /** Ends the wait between two steps. */
  private wake = () => {};
  private asked: {id: number; request: unknown}[] = [];
  private answering: Promise<void> = Promise.resolve();

  constructor(
    private readonly demo: Demo,
    private readonly send: (reply: Reply) => void,
    private rate: number,
  ) {}

  /** Ends with the training, or after `stop`; then the demo is disposed of. */
  async run(): Promise<void> {
    const {demo, send} = this;
    send({kind: 'ready', steps: demo.steps, claim: demo.claim});
    let step = 0;
    let last: Progress | undefined;
    let shownAt = -Infinity;
    let start = performance.now();
    this.isStepping = true;
    for await (const progress of demo.train()) {
      if (this.isStopped) break;
      const {loss, picture, result} = progress;
      const isDue = result !== undefined || performance.now() - shownAt > 1000 / PICTURES;
      send({kind: 'step', step: ++step, loss, result, picture: isDue ? await picture?.() : undefined});
      last = isDue ? undefined : progress;
      if (isDue) shownAt = performance.now();
      this.isStepping = false;
      await turn();
      await this.rest(start);
      if (this.isStopped) break;
      start = performance.now();
      this.isStepping = true;
    }
    this.isStepping = false;
    if (this.isStopped) return;
    if (last) send({kind: 'step', step, loss: last.loss, picture: await last.picture?.()});
    send({kind: 'end'});
    this.answer();
  }

  /** Until the next step is due, no pause is on and all is answered. */
  private async rest(start: number): Promise<void> {
    this.answer();
    for (;;) {
      await this.answering;
      const left = this.rate > 0 ? start + 1000 / this.rate - performance.now() : 0;
      if (this.isStopped || (!this.isPaused && left <= 0)) return;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        if (!this.isPaused) setTimeout(resolve, left);
      });
    }
  }

  set paused(paused: boolean) {
    this.isPaused = paused;
    this.wake();
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.wake();
  }

  /** The answer is sent. */
  ask(id: number, request: unknown): void {
    this.asked.push({id, request});
    if (!this.isStepping) this.answer();
  }

  /** Answers what has been asked, in order. */
  private answer(): void {
    this.answering = this.answering.then(async () => {
      for (let next = this.asked.shift(); next; next = this.asked.shift()) {
        const {id, request} = next;
        try {
          this.send({kind: 'answer', id, answer: await this.demo.ask(request)});
        } catch (error) {
          this.send({kind: 'error', id, text: (error as Error).message});
        }
      }
    });
  }

  stop(): void {
    this.isStopped = true;
    this.wake();
  }
}
