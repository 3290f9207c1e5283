/** @file Production plans over several periods: degenerate, nearly linear programs whose numbers span many magnitudes. */
import {Grid, qpCase, zeros, type QPCase} from './case.js';

export interface PlanShape {
  periods: number;
  goods: number;
  /** Decades that the units of the goods and the demands span. */
  decades: number;
}

/** Machines that a period has. */
const MACHINES = 3;
/** What is left of a stock a period later. */
const KEPT = 0.97;

/**
 * Each good is made, stored, used up by others, and now and then asked for; machines are shared. Most right-hand sides are zero and
 * many plans cost nothing, so that vertices are degenerate and whole blocks of variables vanish. Some have no solution.
 */
export function productionPlan(seed: string, {periods, goods, decades}: PlanShape): QPCase {
  const {uniform} = new Grid(seed);
  const n = 2 * periods * goods;
  const power = () => 10 ** (decades * (uniform() - 0.5));
  const units = Array.from({length: n}, power);
  const costs = Array.from({length: n}, () => (uniform() < 0.4 ? 0 : uniform()));
  const made = (period: number, good: number) => 2 * (period * goods + good);
  const stored = (period: number, good: number) => made(period, good) + 1;
  const [A, G] = [[], []] as number[][][];
  const [b, h] = [[], []] as number[][];
  for (let t = 0; t < periods; t++) {
    for (let good = 0; good < goods; good++) {
      const balance = new Array<number>(n).fill(0);
      balance[made(t, good)] = 1;
      balance[stored(t, good)] = -1;
      if (t > 0) balance[stored(t - 1, good)] = KEPT;
      for (let use = 0; use < 2; use++) balance[made(t, Math.floor(uniform() * goods))] -= 0.1 * uniform();
      A.push(balance);
      b.push(uniform() < 0.2 ? uniform() * power() : 0);
    }
    for (let machine = 0; machine < MACHINES; machine++) {
      const load = new Array<number>(n).fill(0);
      for (let good = 0; good < goods; good++) if (uniform() < 0.5) load[made(t, good)] = uniform() - 0.3;
      G.push(load);
      h.push(uniform() < 0.5 ? 0 : 10 * uniform());
    }
  }
  for (let j = 0; j < n; j++) {
    G.push(units.map((_, k) => (k === j ? -1 : 0)));
    h.push(0);
  }
  const inUnits = (rows: number[][]) => rows.map((row) => row.map((value, j) => value / units[j]));
  const Q = zeros(n, n);
  for (let j = 0; j < 3; j++) Q[j][j] = units[j] ** -2;
  const p = costs.map((cost, j) => cost / units[j]);
  return qpCase({name: 'production plan', Q, p, G: inUnits(G), h, A: inUnits(A), b});
}
