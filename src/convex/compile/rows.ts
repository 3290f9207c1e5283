/** @file Rows of a constraint matrix and their right-hand sides, collected from affine forms. */
import {NONE, type AffineForm} from './form.js';
import {ParameterMap} from './parameter-map.js';

/** Where the rows of a form are. */
export interface RowRange {
  start: number;
  count: number;
}

export class Rows {
  count = 0;
  private readonly terms: {row: number; variable: number; parameter: number; value: number}[] = [];

  /**
   * Adds the rows factor · form.
   *
   * @param order The rows of the form that are added, in order. Default: all.
   */
  add(form: AffineForm, factor = 1, order?: readonly {row: number; factor: number}[]): RowRange {
    const start = this.count;
    const places = new Map<number, {at: number; factor: number}[]>();
    order?.forEach(({row, factor: own}, at) => {
      const list = places.get(row) ?? [];
      list.push({at, factor: own});
      places.set(row, list);
    });
    for (let term = 0; term < form.count; term++) {
      const [variable, parameter] = [form.variables[term], form.parameters[term]];
      const targets = order ? (places.get(form.rows[term]) ?? []) : [{at: form.rows[term], factor: 1}];
      for (const {at, factor: own} of targets) {
        this.terms.push({row: start + at, variable, parameter, value: factor * own * form.values[term]});
      }
    }
    const count = order ? order.length : form.size;
    this.count += count;
    return {start, count};
  }

  /** The coefficients of the variables. */
  matrix(columns: number): MatrixMap {
    return new MatrixMap(
      this.count,
      columns,
      this.terms.filter(({variable}) => variable !== NONE),
    );
  }

  /** What is on the right if the rows are read as matrix · z ≤ right. */
  right(): ParameterMap {
    const map = new ParameterMap(this.count);
    for (const {row, variable, parameter, value} of this.terms) {
      if (variable === NONE) map.add(row, parameter, -value);
    }
    return map;
  }
}

/** A matrix whose entries are affine in the parameters. */
export class MatrixMap {
  /** The places at which there is something, row by row: row · columns + column. */
  readonly places: Int32Array;

  constructor(
    readonly rows: number,
    readonly columns: number,
    private readonly terms: readonly {row: number; variable: number; parameter: number; value: number}[],
  ) {
    this.places = different(rows * columns, terms, columns);
  }

  /** The entries at `places`. */
  entries(): ParameterMap {
    const index = new Map<number, number>();
    this.places.forEach((place, e) => index.set(place, e));
    const map = new ParameterMap(this.places.length);
    for (const {row, variable, parameter, value} of this.terms) {
      map.add(index.get(row * this.columns + variable)!, parameter, value);
    }
    return map;
  }

  /** All entries, row by row. */
  dense(): ParameterMap {
    const map = new ParameterMap(this.rows * this.columns);
    for (const {row, variable, parameter, value} of this.terms)
      map.add(row * this.columns + variable, parameter, value);
    return map;
  }
}

/** Up to so many places there is a mark for each. */
const MARKS = 1e7;

/** The places of terms, each once, in order. */
function different(
  count: number,
  terms: readonly {row: number; variable: number}[],
  columns: number,
): Int32Array {
  if (count > MARKS) {
    return Int32Array.from(new Set(terms.map(({row, variable}) => row * columns + variable))).sort();
  }
  const marks = new Uint8Array(count);
  for (const {row, variable} of terms) marks[row * columns + variable] = 1;
  const places: number[] = [];
  for (let place = 0; place < count; place++) if (marks[place] === 1) places.push(place);
  return Int32Array.from(places);
}
