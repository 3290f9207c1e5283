/** @file Batches of solved quadratic programs after changes that cannot change the solution. */
import {Grid, toF32, type QPCase} from './case.js';
import {nastyBatch} from './nasty.js';
import {SOLVED_FAMILIES, type Dice, type SolvedCase} from './solved.js';
import {CHANGES, type Change} from './unchanged.js';

/** Samples of one shape; where the matrices are shared they are equal in all of them. */
export interface MetamorphicBatch {
  name: string;
  samples: SolvedCase[];
  /** Samples of the same shape that are there to disturb. */
  neighbours: QPCase[];
}

/** Everything follows from the seed. `only` restricts the changes to those whose name contains it; '' takes none. */
export function metamorphicBatch(seed: string, count: number, only?: string): MetamorphicBatch {
  const grid = new Grid(seed);
  const families = Object.keys(SOLVED_FAMILIES);
  const family = families[grid.integer(0, families.length - 1)];
  const {shape, draw} = SOLVED_FAMILIES[family];
  const size = shape(grid);
  const names = Object.keys(CHANGES).filter((name) => !only || name.includes(only));
  const chosen: string[] = [];
  for (let left = only === '' ? 0 : grid.integer(1, 3); left > 0 && names.length > 0; left--) {
    chosen.push(...names.splice(grid.integer(0, names.length - 1), 1));
  }
  const changes: Change[] = chosen.map((name) => CHANGES[name](grid));
  const shared = grid.uniform() < 0.4;
  const samples = Array.from({length: count}, (_, i) => {
    const dice: Dice = {
      matrices: new Grid(shared ? `${seed} matrices` : `${seed} matrices ${i}`),
      vectors: new Grid(`${seed} ${i}`),
    };
    const changed = changes.reduce((problem, change) => change(problem, dice), draw(size, dice));
    return {...changed, ...toF32(changed)} as SolvedCase;
  });
  const name = [family, ...chosen, ...(shared ? ['shared matrices'] : [])].join(', ');
  return {name, samples, neighbours: grid.uniform() < 0.3 ? neighboursOf(samples[0], seed) : []};
}

/** Nasty problems cut or filled up to the shape of `like`. */
function neighboursOf({n, m, k}: QPCase, seed: string): QPCase[] {
  const fill = (values: number[], count: number) => Array.from({length: count}, (_, i) => values[i] ?? 0);
  const fillRows = (rows: number[][], count: number) =>
    Array.from({length: count}, (_, i) => fill(rows[i] ?? [], n));
  return nastyBatch(`${seed} neighbour`, 2).map((problem) => ({
    ...problem,
    n,
    m,
    k,
    Q: fillRows(problem.Q, n),
    p: fill(problem.p, n),
    G: fillRows(problem.G, m),
    h: fill(problem.h, m),
    A: fillRows(problem.A, k),
    b: fill(problem.b, k),
  }));
}
