/** @file A callback of `model.fit` that records how the solves of each layer go. */
import {Callback} from '@tensorflow/tfjs-layers';
import {checkOptions, type Names} from '../../checks/index.js';
import {checkNumber} from '../base/arguments.js';
import {draw, linesOf, type LineChart, type TfVis} from './charts.js';
import {solverLayersIn} from './solver-layers.js';
import {summaryOf, together, type Summary} from './summary.js';

/** The options of `callbacks.solves`. */
export interface SolvesOptions {
  /** Looks at each batch with a multiple of this number. Default 1; on WebGPU, reading waits for the GPU. */
  every?: number | undefined;
  /** The module `@tensorflow/tfjs-vis`, to draw the history after each epoch. Default: nothing is drawn. */
  tfvis?: TfVis | null | undefined;
  /** The tab of the visor to draw in. Default 'Solves'. */
  tab?: string | undefined;
}

const NAMES: Names<SolvesOptions> = {every: 0, tfvis: 0, tab: 0};

/**
 * What `callbacks.solves` returns: numbers by name, one per epoch in `history` and one per batch in `batches`. A model with several layers has
 * the names 'LAYER/NAME'.
 *
 *     solved, infeasible, unbounded, stopped, numericalErrors, invalid     numbers of samples by status (0 to 5)
 *     residual, iterations                                                 the largest of samples with status 0 or 3; the mean
 *     kinks                                                                the number of weakly active constraints
 *     largestDual, activeRows                                              the largest multiplier; how many of a sample are not zero
 *     gradientFailures, gradientResidual                                   of the linear systems of the gradient
 */
export class SolveHistory extends Callback {
  /** One number per epoch: `tfvis.show.history(surface, recorded, ['residual'])` takes the whole object. */
  readonly history: Record<string, number[]> = {};
  /** One number per batch, of all epochs. */
  readonly batches: Record<string, number[]> = {};
  private readonly every: number;
  private readonly tfvis: TfVis | null;
  private readonly tab: string;
  private epoch: Summary[] = [];

  constructor(options: SolvesOptions = {}) {
    super();
    const {every = 1, tfvis = null, tab = 'Solves'} = checkOptions('callbacks.solves', options, NAMES);
    this.every = checkNumber('callbacks.solves', 'every', every, 1, true);
    this.tfvis = tfvis;
    this.tab = tab;
  }

  /** Forgets what an earlier training recorded. */
  override onTrainBegin(): Promise<void> {
    for (const record of [this.history, this.batches]) {
      for (const name of Object.keys(record)) delete record[name];
    }
    return Promise.resolve();
  }

  /** Begins with an empty epoch. */
  override onEpochBegin(): Promise<void> {
    this.epoch = [];
    return Promise.resolve();
  }

  /** Looks at the last call of each layer. */
  override async onBatchEnd(batch: number): Promise<void> {
    if (batch % this.every !== 0) return;
    const layers = solverLayersIn(this.model);
    const summary: Summary = {};
    for (const layer of layers) {
      // A layer that the training does not reach has no report.
      const report = await layer.diagnostics().catch(() => null);
      if (!report) continue;
      const prefix = layers.length > 1 ? `${layer.name}/` : '';
      for (const [name, value] of Object.entries(summaryOf(report))) summary[prefix + name] = value;
    }
    this.epoch.push(summary);
    append(this.batches, summary);
  }

  /** Puts the batches of the epoch together. */
  override async onEpochEnd(): Promise<void> {
    append(this.history, together(this.epoch));
    if (this.tfvis) await draw(this.tfvis, this.tab, this.history);
  }

  /**
   * Some names as lines, for `tfvis.render.linechart(surface, recorded.lines(['residual']))`.
   *
   * @param of One point per epoch (default) or per batch.
   */
  lines(names: readonly string[], of: 'epochs' | 'batches' = 'epochs'): LineChart {
    return linesOf(of === 'epochs' ? this.history : this.batches, names);
  }
}

function append(record: Record<string, number[]>, summary: Summary): void {
  for (const [name, value] of Object.entries(summary)) (record[name] ??= []).push(value);
}

/**
 * Records how the solves of each layer go in `model.fit`: statuses, residuals, multipliers, gradients; and draws them with tfjs-vis if it is given.
 *
 *     const recorded = callbacks.solves({tfvis});
 *     await model.fit(x, y, {epochs: 20, callbacks: recorded});
 *     recorded.history.infeasible; // one number per epoch
 *
 * It reads `layer.diagnostics()` after each batch: of a layer that is called several times a batch, that is the last call. Pass several
 * callbacks in a list, `[callbacks.solves(), callbacks.progress(show)]`; tfjs takes either objects such as these or plain records of functions
 * in one list, not both.
 */
export function solves(options?: SolvesOptions): SolveHistory {
  return new SolveHistory(options);
}
