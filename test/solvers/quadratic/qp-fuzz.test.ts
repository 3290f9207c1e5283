/** @file Ten thousand small random problems whose status is known by construction, a batch to a shape. */
import {assert} from 'chai';
import {complaints, solveInF64} from '../../helpers/qp-certificate.js';
import {Grid, type QPCase} from '../../zoo/qp/case.js';
import {planted, plantedInfeasible, plantedUnbounded} from '../../zoo/qp/planted.js';
import {addSumRows, duplicateRows, scale} from '../../zoo/qp/transforms.js';

const BATCHES = 42;
const BATCH_SIZE = 20;

interface Shape {
  n: number;
  m: number;
  k: number;
}

/** A problem of the shape; everything else about it is up to the grid. */
type Draw = (shape: Shape, grid: Grid, seed: string) => QPCase;

const drawRank = (n: number, grid: Grid) => (grid.uniform() < 0.3 ? 0 : grid.integer(0, n));
const drawDensity = (grid: Grid) => (grid.uniform() < 0.3 ? 0.5 : 1);

const KINDS: [name: string, draw: Draw][] = [
  [
    'feasible and bounded',
    (shape, grid, seed) => {
      const active = grid.integer(0, shape.m);
      const weak = grid.uniform() < 0.3 ? grid.integer(0, active) : 0;
      const [rank, density] = [drawRank(shape.n, grid), drawDensity(grid)];
      return planted({...shape, rank, active, weak, density, seed});
    },
  ],
  [
    'infeasible',
    (shape, grid, seed) => {
      const m = shape.m + shape.k < 2 ? shape.m + 2 : shape.m;
      const [rank, margin] = [drawRank(shape.n, grid), 2 ** grid.integer(-3, 3)];
      return plantedInfeasible({...shape, m, rank, margin, seed});
    },
  ],
  [
    'unbounded',
    (shape, grid, seed) =>
      plantedUnbounded({...shape, rank: drawRank(shape.n, grid), density: drawDensity(grid), seed}),
  ],
];

const VARIANTS: [name: string, change: (problem: QPCase, grid: Grid) => QPCase][] = [
  ['as they are', (problem) => problem],
  [
    'with every inequality twice',
    (problem, grid) => duplicateRows(problem, 'inequality', 2 ** grid.integer(-3, 3)),
  ],
  [
    'with every equality twice',
    (problem, grid) => duplicateRows(problem, 'equality', -(2 ** grid.integer(-3, 3))),
  ],
  ['with the sums of their rows', (problem) => addSumRows(problem)],
  ['scaled by up to 1e3', (problem) => scale(problem, {columns: 10, rows: 10, weight: 10})],
  ['with rows scaled by up to 1e6', (problem) => scale(problem, {rows: 20})],
  ['with columns scaled by up to 1e6', (problem) => scale(problem, {columns: 20})],
];

describe('the kernel on random quadratic programs', () => {
  for (const [kind, draw] of KINDS) {
    const batches = kind.startsWith('feasible') ? BATCHES : BATCHES / 2;
    for (const [variant, change] of VARIANTS) {
      it(`finds and proves the status of ${batches * BATCH_SIZE} problems: ${kind}, ${variant}`, () => {
        const failures: string[] = [];
        for (let batch = 0; batch < batches; batch++) {
          const grid = new Grid(`${kind} ${variant} ${batch}`);
          const n = grid.integer(1, 8);
          const shape = {n, m: grid.integer(0, 8), k: grid.integer(0, Math.min(n, 4))};
          for (let i = 0; i < BATCH_SIZE; i++) {
            const problem = change(draw(shape, grid, `${batch} ${i}`), grid);
            const wrong = complaints(problem, solveInF64(problem));
            if (wrong.length > 0) failures.push(`${problem.name}: ${wrong.join('; ')}`);
          }
        }
        assert.equal(failures.length, 0, `\n${failures.slice(0, 5).join('\n')}\n`);
      });
    }
  }
});
