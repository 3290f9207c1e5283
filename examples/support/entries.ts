/** @file Collects the entries of a sparse matrix. */

/** Rows, columns and values as `sparseMatrix` takes them. */
export class Entries {
  readonly rows: number[] = [];
  readonly columns: number[] = [];
  readonly values: number[] = [];

  /** Zeros are left out. */
  add(row: number, column: number, value: number): void {
    if (value === 0) return;
    this.rows.push(row);
    this.columns.push(column);
    this.values.push(value);
  }
}
