/** @file Prints a table. */

/** The first column is aligned left, the others right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((name, j) => Math.max(name.length, ...rows.map((row) => row[j].length)));
  for (const row of [header, ...rows]) {
    console.log(
      row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j]) : cell.padStart(widths[j]))).join('   '),
    );
  }
}
