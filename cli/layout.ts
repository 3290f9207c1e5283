/** @file The sizes of the problems in a table, found from its columns, and checked once for all rows. */
import {DataError} from './failure.js';
import {PARTS, type Column, type Part, type Shared} from './table.js';

/** n variables, m inequalities, k equalities. */
export interface Sizes {
  n: number;
  m: number;
  k: number;
}

const SHAPES: Record<Part, (keyof Sizes)[]> = {
  Q: ['n', 'n'],
  p: ['n'],
  G: ['m', 'n'],
  h: ['m'],
  A: ['k', 'n'],
  b: ['k'],
  lower: ['n'],
  upper: ['n'],
};

/** The shape of a part, without the axis of rows. */
export const shapeOf = (part: Part, sizes: Sizes): number[] => SHAPES[part].map((size) => sizes[size]);

/** @param first The number of the first row. @throws `DataError` if a column is missing, or has another size than the others ask for. */
export function layoutOf(columns: Map<string, Column>, shared: Shared, first: number): Sizes {
  const find = (part: Part) => columns.get(part) ?? shared.get(part);
  for (const part of ['p', 'Q'] as const)
    if (!find(part))
      throw new DataError(
        `there is no column ${part}; expected lists of ${part === 'p' ? 'n' : 'n × n'} numbers, or ${part} in what all rows share.`,
      );
  for (const [one, other] of [
    ['G', 'h'],
    ['h', 'G'],
    ['A', 'b'],
    ['b', 'A'],
  ] as const)
    if (find(one) && !find(other))
      throw new DataError(`there is a column ${one}, but no ${other}: they belong together.`);
  const sizes = {n: find('p')!.size, m: find('h')?.size ?? 0, k: find('b')?.size ?? 0};
  for (const part of PARTS) {
    const column = find(part);
    if (!column) continue;
    const shape = shapeOf(part, sizes);
    const {size, dims} = column;
    const isNested = dims.length > 1;
    if (
      size === shape.reduce((a, b) => a * b) &&
      dims.length > 0 &&
      (!isNested || dims.join() === shape.join())
    )
      continue;
    throw new DataError(
      `row ${first}: ${part}${columns.has(part) ? '' : ', which all rows share,'} has [${dims}] numbers; expected [${shape}], or as many one after the other (${SHAPES[part].join(' × ')}, ` +
        `n = ${sizes.n} as in p${sizes.m ? `, m = ${sizes.m} as in h` : ''}${sizes.k ? `, k = ${sizes.k} as in b` : ''}).`,
    );
  }
  return sizes;
}

/** A chunk holds about so many numbers, which is 8 MB. */
const MEMORY = 2 ** 21;
/** And takes about half a second, if the time of a problem is (n + m + k)³ nanoseconds. */
const WORK = 5e8;
const MOST = 4096;

/** How many rows a chunk has at most: it takes little memory and little time, and is the same on every machine. */
export function rowsPerChunk({n, m, k}: Sizes, numbersOfRow: number): number {
  return Math.max(
    1,
    Math.min(MOST, Math.floor(MEMORY / Math.max(1, numbersOfRow)), Math.floor(WORK / (n + m + k) ** 3)),
  );
}
