/** @file Trains a QP layer on WebGPU in a page, and plots its loss and its feasible set during training. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import embed from 'vega-embed';
import {createData, createModel, HIDDEN} from './model.js';
import {corners, type Point} from './polygon.js';

const EPOCHS = Number(new URLSearchParams(location.search).get('epochs') ?? 60);
const SIZE = 3;
const BATCH = 32;

const status = document.getElementById('status')!;

/** Without WebGPU, the page says so and uses WebGL. */
async function start(): Promise<string> {
  const wished = new URLSearchParams(location.search).get('backend') ?? 'webgpu';
  if (!(await tf.setBackend(wished).catch(() => false))) await tf.setBackend('webgl');
  await tf.ready();
  return tf.getBackend();
}

type Rows = Record<string, unknown>[];

async function plots(): Promise<{
  feasible: (rows: Rows) => Promise<void>;
  loss: (rows: Rows) => Promise<void>;
}> {
  const axis = (title: string) => ({type: 'quantitative' as const, title, scale: {domain: [-SIZE, SIZE]}});
  const feasible = await embed(
    '#feasible',
    {
      width: 360,
      height: 360,
      data: {name: 'rows'},
      layer: ['learned', 'hidden'].map((set) => ({
        transform: [{filter: `datum.set === '${set}'`}],
        mark: {
          type: 'line' as const,
          strokeDash: set === 'hidden' ? [4, 6] : [1, 0],
          strokeWidth: 2,
          color: set === 'hidden' ? '#222' : '#d95f02',
          interpolate: 'linear-closed' as const,
        },
        encoding: {
          x: {field: 'x', ...axis('x₁')},
          y: {field: 'y', ...axis('x₂')},
          order: {field: 'order'},
        },
      })),
    },
    {actions: false},
  );
  const loss = await embed(
    '#loss',
    {
      width: 360,
      height: 360,
      // The labels grow with the range of the loss.
      autosize: {type: 'pad', resize: true},
      data: {name: 'rows'},
      mark: {type: 'line', color: '#1b9e77'},
      encoding: {
        x: {field: 'epoch', type: 'quantitative', scale: {domain: [0, EPOCHS]}},
        y: {
          field: 'loss',
          type: 'quantitative',
          scale: {type: 'log'},
          title: 'mean squared error',
          axis: {format: '.0e', tickCount: 5},
        },
      },
    },
    {actions: false},
  );
  const show =
    ({view}: typeof loss) =>
    async (rows: Rows) => {
      view.data('rows', rows);
      await view.runAsync();
    };
  return {feasible: show(feasible), loss: show(loss)};
}

const outline = (set: string, G: Point[], h: number[]): Rows =>
  corners(G, h, SIZE).map(([x, y], order) => ({set, x, y, order}));

async function main(): Promise<void> {
  const backend = await start();
  const show = await plots();
  const {model, layer} = createModel();
  const {x, y} = createData(4 * BATCH);
  const losses: Rows = [];
  /** The learned rows, read without making the GPU wait. */
  const learned = async () => {
    const [G, h] = [2, 1].map((rank) =>
      layer.trainableWeights.find(({shape}) => shape.length === rank)!.read(),
    );
    return outline('learned', (await G.array()) as Point[], (await h.array()) as number[]);
  };
  const hidden = outline('hidden', HIDDEN.G, HIDDEN.h);
  await show.feasible([...hidden, ...(await learned())]);
  const began = performance.now();
  await model.fit(x, y, {
    epochs: EPOCHS,
    batchSize: BATCH,
    callbacks: {
      async onEpochEnd(epoch, logs) {
        losses.push({epoch: epoch + 1, loss: logs!.loss});
        await show.loss([...losses]);
        await show.feasible([...hidden, ...(await learned())]);
        status.textContent = `${backend}: epoch ${epoch + 1} of ${EPOCHS}, loss ${logs!.loss.toExponential(2)}`;
      },
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const {status: codes} = await layer.diagnostics();
  const solved = codes.filter((code) => code === 0).length;
  const last = losses[losses.length - 1].loss as number;
  status.textContent =
    `${backend}: done in ${seconds.toFixed(1)} s, loss ${last.toExponential(2)}; ` +
    `${solved} of the last ${codes.length} programs solved`;
  document.body.dataset.result = JSON.stringify({
    backend,
    losses: losses.map(({loss}) => loss),
    solved,
    of: codes.length,
  });
}

main().catch((error: unknown) => {
  status.textContent = `Failed: ${String(error)}`;
  document.body.dataset.result = JSON.stringify({error: String(error)});
});
