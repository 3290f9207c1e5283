/** @file Reads the tables of the project's pages, from which plots are drawn: what a plot shows is what the page says. */
import {readFileSync} from 'node:fs';

/** A table as rows of cells, without marks of code and links. */
export interface Table {
  columns: string[];
  rows: string[][];
}

const cells = (line: string) =>
  line
    .replaceAll('\\|', '¦')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '').replaceAll('¦', '|').trim()); // prettier-ignore

/** All tables of a page, in order. */
export function tablesOf(page: string): Table[] {
  const blocks = readFileSync(page, 'utf8').match(/(?:^\|.*\n?)+/gm) ?? [];
  return blocks.map((block) => {
    const [head, , ...rows] = block.trimEnd().split('\n').map(cells);
    return {columns: head, rows};
  });
}

/**
 * The last table of a page with these columns: the newest measurement.
 * @throws If there is none.
 */
export function tableOf(page: string, ...columns: string[]): Table {
  const found = tablesOf(page).findLast((table) => columns.every((name) => table.columns.includes(name)));
  if (!found) throw new Error(`${page} has no table with the columns ${columns.join(', ')}.`);
  return found;
}

/** The number that a cell begins with; `undefined` if it has none. */
export function numberOf(text: string): number | undefined {
  const digits = /^[−-]?[\d,]*\.?\d+(e[−-]?\d+)?/.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits.replaceAll(',', '').replaceAll('−', '-'));
}
