/** @file Draws histories with tfjs-vis, which the caller passes: this library does not depend on it. */
import {COUNTS} from './summary.js';

/** What `tfvis.render.linechart` and `tfvis.show.history` take. */
export interface LineChart {
  /** A line of points for each series. */
  values: {
    /** The number of the epoch or batch. */
    x: number;
    /** The value. */
    y: number;
  }[][];
  /** The names of the lines. */
  series: string[];
}

/** The part of the module `@tensorflow/tfjs-vis` that is used: pass `tfvis`. */
export interface TfVis {
  /** Its charts. */
  render: {
    /** Draws lines on a surface of the visor. */
    linechart(
      container: {
        /** The title of the chart. */
        name: string;
        /** The tab of the visor. */
        tab?: string;
      },
      data: LineChart,
      options?: {
        /** The text below. */
        xLabel?: string;
        /** The text beside. */
        yLabel?: string;
      },
    ): Promise<void>;
  };
}

/** A residual of exactly 0 is drawn at this power of ten. */
const LOWEST = -20;

/** Some of a history as lines. */
export function linesOf(history: Record<string, number[]>, names: readonly string[]): LineChart {
  return {values: names.map((name) => (history[name] ?? []).map((y, x) => ({x, y}))), series: [...names]};
}

/** Three charts: samples by status, residuals, multipliers (if there are any). */
export async function draw(tfvis: TfVis, tab: string, history: Record<string, number[]>): Promise<void> {
  const named = (...names: string[]) =>
    Object.keys(history).filter((name) => names.includes(name.slice(name.lastIndexOf('/') + 1)));
  const residuals = linesOf(history, named('residual', 'gradientResidual'));
  for (const line of residuals.values) {
    for (const point of line) point.y = Math.max(LOWEST, Math.log10(point.y));
  }
  // Of statuses, only those that occurred.
  const statuses = named(...Object.keys(COUNTS)).filter((name) => history[name].some((value) => value > 0));
  const multipliers = linesOf(history, named('largestDual', 'activeRows'));
  const charts = [
    ['Samples by status', linesOf(history, statuses), 'samples'],
    ['Residuals', residuals, 'power of ten'],
    ['Multipliers', multipliers, 'value'],
  ] as const;
  for (const [name, data, yLabel] of charts) {
    if (data.series.length > 0) {
      await tfvis.render.linechart({name, tab}, data, {xLabel: 'Epoch', yLabel});
    }
  }
}
