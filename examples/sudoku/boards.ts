/** @file 4×4 Sudoku: every solution grid, and puzzles that have exactly one solution. */

/** 16 digits 1 to 4, row by row; 0 is an empty cell. */
export type Board = readonly number[];

export interface Puzzle {
  givens: Board;
  solution: Board;
}

/** The cells that share a row, a column or a 2×2 block with a cell. */
const NEIGHBOURS: readonly (readonly number[])[] = Array.from({length: 16}, (_, cell) => {
  const [row, column] = [Math.floor(cell / 4), cell % 4];
  const block = (r: number, c: number) => 2 * Math.floor(r / 2) + Math.floor(c / 2);
  return Array.from({length: 16}, (__, other) => other).filter((other) => {
    const [r, c] = [Math.floor(other / 4), other % 4];
    return other !== cell && (r === row || c === column || block(r, c) === block(row, column));
  });
});

/** The solutions of a board, at most `limit` of them. */
export function solutionsOf(board: Board, limit = Infinity): Board[] {
  const empty = board.indexOf(0);
  if (empty < 0) return [board];
  const found: Board[] = [];
  for (let digit = 1; digit <= 4 && found.length < limit; digit++) {
    if (NEIGHBOURS[empty].some((cell) => board[cell] === digit)) continue;
    const next = board.map((value, cell) => (cell === empty ? digit : value));
    found.push(...solutionsOf(next, limit - found.length));
  }
  return found;
}

/** All 288 solution grids. */
export function allGrids(): Board[] {
  return solutionsOf(new Array<number>(16).fill(0));
}

/** A puzzle for a grid: cells are emptied in random order as long as the solution remains unique. */
export function makePuzzle(solution: Board, givens: number, random: () => number): Puzzle {
  let board = solution;
  let left = 16;
  for (const cell of shuffled([...Array(16).keys()], random)) {
    if (left <= givens) break;
    const candidate = board.map((value, i) => (i === cell ? 0 : value));
    if (solutionsOf(candidate, 2).length !== 1) continue;
    board = candidate;
    left--;
  }
  return {givens: board, solution};
}

/** Fisher–Yates. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Four lines of digits; empty cells are dots. */
export function draw(board: Board): string[] {
  return [0, 4, 8, 12].map((start) =>
    board
      .slice(start, start + 4)
      .map((digit) => (digit === 0 ? '·' : String(digit)))
      .join(' '),
  );
}
