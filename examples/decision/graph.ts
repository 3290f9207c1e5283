/** @file A grid of streets: the paths from one corner to the opposite one, as flows. */

/** Streets lead right and down between `side` × `side` crossings. */
export interface Grid {
  side: number;
  /** Each street as [from, to], crossings numbered row by row. */
  streets: [number, number][];
}

export function makeGrid(side: number): Grid {
  const streets: [number, number][] = [];
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      if (j + 1 < side) streets.push([i * side + j, i * side + j + 1]);
      if (i + 1 < side) streets.push([i * side + j, (i + 1) * side + j]);
    }
  }
  return {side, streets};
}

/**
 * A x = b: as much leaves a crossing as arrives, but one unit starts at the first crossing. The last crossing's equation follows from the
 * others and is left out.
 */
export function flowEquations({side, streets}: Grid): {A: number[][]; b: number[]} {
  const crossings = side * side - 1;
  const A = Array.from({length: crossings}, (_, crossing) =>
    streets.map(([from, to]) => Number(from === crossing) - Number(to === crossing)),
  );
  return {A, b: A.map((_, crossing) => Number(crossing === 0))};
}

/** The shortest path for the given costs, as 1 for each street on it: exact, since streets lead only forward. */
export function shortestPath({side, streets}: Grid, costs: ArrayLike<number>): number[] {
  const distance = Array<number>(side * side).fill(Infinity);
  const last = Array<number>(side * side).fill(-1);
  distance[0] = 0;
  // Streets are listed by where they start, and lead to later crossings.
  streets.forEach(([from, to], k) => {
    if (distance[from] + costs[k] >= distance[to]) return;
    distance[to] = distance[from] + costs[k];
    last[to] = k;
  });
  const path = streets.map(() => 0);
  for (let at = side * side - 1; at !== 0; at = streets[last[at]][0]) path[last[at]] = 1;
  return path;
}
