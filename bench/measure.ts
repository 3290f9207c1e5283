/** @file Times rows in rounds, and takes medians of the times and of their ratios. */
import {Bench} from 'tinybench';
import type {Row} from './row.js';

export interface Measured {
  name: string;
  /** Milliseconds. */
  median: number;
  /** To the yardstick, in the same round. */
  ratio: number | null;
  yardstick: string | null;
}

export interface Timing {
  /** Milliseconds for each row, all rounds together. */
  time: number;
  /** The speed of a machine drifts, and only what was measured close together can be compared. */
  rounds: number;
  /** Milliseconds after which no row is begun. */
  limit?: number;
}

/** @returns What was measured: within a limit, not always all rows. */
export async function measure(rows: readonly Row[], {time, rounds, limit}: Timing): Promise<Measured[]> {
  const end = limit === undefined ? Infinity : performance.now() + limit;
  const times = rows.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, {name, run}] of rows.entries()) {
      if (performance.now() > end) break;
      const bench = new Bench({time: time / rounds, iterations: 2, warmupIterations: 1, warmupTime: 0});
      bench.add(name, run);
      await bench.run();
      const {result} = bench.tasks[0];
      if (result.state !== 'completed') throw new Error(`${name} did not complete: ${result.state}`);
      times[i].push(result.latency.p50 ?? result.latency.mean);
    }
  }
  return rows.flatMap(({name, yardstick = null}, i) => {
    if (times[i].length === 0) return [];
    const others = times[rows.findIndex((row) => row.name === yardstick)] ?? [];
    const ratios = times[i].slice(0, others.length).map((own, round) => own / others[round]);
    const ratio = ratios.length > 0 ? median(ratios) : null;
    return [{name, median: median(times[i]), ratio, yardstick}];
  });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
