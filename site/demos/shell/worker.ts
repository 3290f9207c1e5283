/** @file Trains the demo of a page where it cannot block the page. */
import {startBackend} from '../../worker/backend.js';
import type {StartDemo} from './demo.js';
import type {Reply, Request} from './messages.js';
import {Training} from './training.js';

const demos = import.meta.glob<{start: StartDemo}>('../*/demo.ts');

let training: Training | undefined;
/** Requests to start, and to end, one after the other. */
let work: Promise<void> = Promise.resolve();
let round = 0;

const send = (reply: Reply) => self.postMessage(reply);

async function start({demo: name, settings, rate}: Request & {kind: 'start'}, own: number): Promise<void> {
  if (own !== round) return;
  await startBackend(settings.backend);
  const module = await demos[`../${name}/demo.ts`]();
  const demo = await module.start(settings);
  try {
    if (own !== round) return;
    const sendOwn = (reply: Reply) => {
      if (own === round) send(reply);
    };
    training = new Training(demo, sendOwn, rate);
    await training.run();
    // Until it is reset, the model can be asked.
    await new Promise<void>((resolve) => (own === round ? (release = resolve) : resolve()));
  } finally {
    training = undefined;
    demo.dispose();
  }
}

let release = () => {};

self.addEventListener('message', ({data}: MessageEvent<Request>) => {
  switch (data.kind) {
    case 'start': {
      const own = round;
      work = work
        .then(() => start(data, own))
        .catch((error: Error) => {
          if (own === round) send({kind: 'error', text: error.message});
        });
      break;
    }
    case 'reset':
      round++;
      training?.stop();
      release();
      break;
    case 'pause':
    case 'resume':
      if (training) training.paused = data.kind === 'pause';
      break;
    case 'rate':
      training?.setRate(data.rate);
      break;
    case 'ask':
      if (training) training.ask(data.id, data.request);
      else send({kind: 'error', id: data.id, text: 'The training has not been started.'});
  }
});
