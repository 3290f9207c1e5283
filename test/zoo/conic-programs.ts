/** @file Conic programs with a known solution, and changes that leave it where it is. */
import {coneBlocks, type Cones} from '../../src/kernels/algorithms/conic/cones.js';
import {project} from '../../src/kernels/algorithms/conic/projection.js';
import {seededRandom} from './linear-systems.js';

export interface ConicCase {
  c: number[];
  E: number[][];
  d: number[];
  cones: Cones;
}

/** The entries as f32 has them. */
export function inSingle({c, E, d, cones}: ConicCase): ConicCase {
  const {fround} = Math;
  return {c: c.map(fround), E: E.map((row) => row.map(fround)), d: d.map(fround), cones};
}

/** p variables, with cones of each kind and rows of a linear program, of which `binding` have multipliers and hold the solution. */
export function conicCase(seed: number, cones: Cones, p: number, binding = p): ConicCase {
  const random = seededRandom(seed);
  const normal = () => random() + random() + random() - 1.5;
  const all = {...cones, nonNegative: p + 2};
  const blocks = coneBlocks(all);
  const m = blocks.reduce((sum, {size}) => sum + size, 0);
  const E = Array.from({length: m}, () => Array.from({length: p}, normal));
  const z = Array.from({length: p}, normal);
  const [s, y] = [new Float64Array(m), new Float64Array(m)];
  let held = 0;
  for (const block of blocks) {
    const v = Float64Array.from({length: block.size}, () => 2 * normal());
    if (block.kind === 'ray') v[0] = (held++ < binding ? -1 : 1) * (0.2 + Math.abs(v[0]));
    const kept = new Float64Array(block.size);
    project(block, v, kept);
    kept.forEach((value, i) => {
      s[block.start + i] = value;
      y[block.start + i] = value - v[i];
    });
  }
  return inSingle({
    c: z.map((_, j) => -E.reduce((sum, row, i) => sum + row[j] * y[i], 0)),
    E,
    d: E.map((row, i) => row.reduce((sum, entry, j) => sum + entry * z[j], s[i])),
    cones: all,
  });
}

/** A row of the non-negative entries in front of the others. */
export function withRow({c, E, d, cones}: ConicCase, row: number[], bound: number): ConicCase {
  const at = cones.zero ?? 0;
  return {
    c,
    E: [...E.slice(0, at), row, ...E.slice(at)],
    d: [...d.slice(0, at), bound, ...d.slice(at)],
    cones: {...cones, nonNegative: (cones.nonNegative ?? 0) + 1},
  };
}

type Change = (problem: ConicCase, random: () => number) => [ConicCase, back?: (z: number[]) => number[]];

const powerOfTwo = (random: () => number, least = -26, most = 33) =>
  2 ** Math.floor(least + (most - least + 1) * random());
const magnitude = (random: () => number) => 10 ** (5 + 14 * random());
const unit = (p: number, j: number, sign = 1) => Array.from({length: p}, (_, k) => (k === j ? sign : 0));

/** Each with the way back from its solution to that of the original. */
export const HARMLESS: Record<string, Change> = {
  'a row that is far away': (problem, random) => [
    withRow(
      problem,
      problem.c.map(() => random() - 0.5),
      magnitude(random),
    ),
  ],
  'a box that is far away': (problem, random) => {
    const far = magnitude(random);
    let boxed = problem;
    problem.c.forEach((_, j) => {
      for (const sign of [1, -1]) boxed = withRow(boxed, unit(problem.c.length, j, sign), far);
    });
    return [boxed];
  },
  'a ball that is far away': (problem, random) => {
    const p = problem.c.length;
    const at = problem.E.length - (problem.cones.psd ?? []).reduce((sum, n) => sum + (n * (n + 1)) / 2, 0);
    const ball = [unit(p, -1), ...problem.c.map((_, j) => unit(p, j, -1))];
    const bounds = [magnitude(random), ...problem.c.map(() => 0)];
    return [
      {
        ...problem,
        E: [...problem.E.slice(0, at), ...ball, ...problem.E.slice(at)],
        d: [...problem.d.slice(0, at), ...bounds, ...problem.d.slice(at)],
        cones: {...problem.cones, secondOrder: [...(problem.cones.secondOrder ?? []), p + 1]},
      },
    ];
  },
  'a row that does not exist': (problem) => [
    withRow(
      problem,
      problem.c.map(() => 1),
      Infinity,
    ),
  ],
  'a row of zeros': (problem, random) => [
    withRow(
      problem,
      problem.c.map(() => 0),
      random() < 0.5 ? 0 : magnitude(random),
    ),
  ],
  'a row twice': (problem, random) => {
    const at = (problem.cones.zero ?? 0) + Math.floor(random() * problem.cones.nonNegative!);
    return [withRow(problem, problem.E[at], problem.d[at])];
  },
  'rows in other units': (problem, random) => {
    const factors = problem.d.map(() => 1);
    for (const {start, size} of coneBlocks(problem.cones))
      factors.fill(powerOfTwo(random), start, start + size);
    return [
      {
        ...problem,
        E: problem.E.map((row, i) => row.map((value) => value * factors[i])),
        d: problem.d.map((value, i) => value * factors[i]),
      },
    ];
  },
  'variables in other units': (problem, random) => {
    const factors = problem.c.map(() => powerOfTwo(random));
    return [
      {
        ...problem,
        c: problem.c.map((value, j) => value * factors[j]),
        E: problem.E.map((row) => row.map((value, j) => value * factors[j])),
      },
      (z) => z.map((value, j) => value * factors[j]),
    ];
  },
  'an objective in other units': (problem, random) => {
    const factor = powerOfTwo(random);
    return [{...problem, c: problem.c.map((value) => value * factor)}];
  },
  'bounds in other units': (problem, random) => {
    const factor = powerOfTwo(random);
    return [
      {...problem, d: problem.d.map((value) => value * factor)},
      (z) => z.map((value) => value / factor),
    ];
  },
  'variables in another order': (problem) => [
    {...problem, c: problem.c.slice().reverse(), E: problem.E.map((row) => row.slice().reverse())},
    (z) => z.slice().reverse(),
  ],
  'a variable whose price holds it': (problem, random) => {
    const wide = {
      ...problem,
      c: [...problem.c, magnitude(random)],
      E: problem.E.map((row) => [...row, random() - 0.5]),
    };
    return [withRow(wide, unit(wide.c.length, wide.c.length - 1, -1), 0), (z) => z.slice(0, -1)];
  },
  'a variable that is fixed': (problem, random) => {
    const wide = {...problem, c: [...problem.c, 1], E: problem.E.map((row) => [...row, 0])};
    const at = Math.fround(10 ** (8 * random()));
    const last = wide.c.length - 1;
    const above = withRow(wide, unit(wide.c.length, last), at);
    return [withRow(above, unit(wide.c.length, last, -1), -at), (z) => z.slice(0, -1)];
  },
};
