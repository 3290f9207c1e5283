/**
 * @file An affine expression as numbers: each of its entries is a sum of terms value · variable · parameter, in which the variable, the
 * parameter or both may be missing.
 */
import type {LinearMap} from '../linear-map.js';
import type {Pairs} from '../types.js';

/** Stands for a variable or parameter that is missing in a term. */
export const NONE = -1;

/** Odd, with bits all over: Knuth's multiplier of hash functions. */
const MIX = 0x9e3779b1;

/** Terms, each of which belongs to an entry. */
export class AffineForm {
  /** Of each term. */
  readonly rows: number[] = [];
  readonly variables: number[] = [];
  readonly parameters: number[] = [];
  readonly values: number[] = [];
  /** Whether a term has a variable, a parameter, or both. */
  hasVariables = false;
  hasParameters = false;
  /** Whether a coefficient of a variable depends on a parameter. */
  hasProducts = false;

  /** @param size The number of entries. */
  constructor(readonly size: number) {}

  /** The number of terms. */
  get count(): number {
    return this.rows.length;
  }

  /** Adds a term. */
  push(row: number, variable: number, parameter: number, value: number): void {
    if (value === 0) return;
    this.rows.push(row);
    this.variables.push(variable);
    this.parameters.push(parameter);
    this.values.push(value);
    this.hasVariables ||= variable !== NONE;
    this.hasParameters ||= parameter !== NONE;
    this.hasProducts ||= variable !== NONE && parameter !== NONE;
  }

  /** Adds what a linear map makes of another form. */
  addMapped(map: LinearMap, form: AffineForm): void {
    const terms = bucketed(form);
    for (let e = 0; e < map.rows.length; e++) {
      const factor = map.values ? map.values[e] : 1;
      const from = map.columns[e];
      for (let k = terms.starts[from]; k < terms.starts[from + 1]; k++) {
        const term = terms.order[k];
        this.push(map.rows[e], form.variables[term], form.parameters[term], factor * form.values[term]);
      }
    }
  }

  /** Adds the product of two forms, of which at most one has variables and at most one has parameters in the same term. */
  addProduct(pairs: Pairs, first: AffineForm, second: AffineForm): void {
    const terms = bucketed(second);
    for (let a = 0; a < first.count; a++) {
      for (const [row, product] of pairs(first.rows[a])) {
        for (let k = terms.starts[row]; k < terms.starts[row + 1]; k++) {
          const b = terms.order[k];
          this.push(
            product,
            Math.max(first.variables[a], second.variables[b]),
            Math.max(first.parameters[a], second.parameters[b]),
            first.values[a] * second.values[b],
          );
        }
      }
    }
  }
}

/** The form with one term where several have the same entry, variable and parameter. */
export function merged(form: AffineForm): AffineForm {
  const {starts, order} = bucketed(form);
  const {variables, parameters, values} = form;
  const result = new AffineForm(form.size);
  let most = 1;
  for (let row = 0; row < form.size; row++) most = Math.max(most, starts[row + 1] - starts[row]);
  // A hash table for the terms of a row, with open addressing. Places below `begin` are of the rows before.
  const bits = Math.ceil(Math.log2(2 * most));
  const mask = 2 ** bits - 1;
  const table = new Float64Array(mask + 1).fill(-1);
  const terms = new Int32Array(most);
  const sums = new Float64Array(most);
  let begin = 0;
  for (let row = 0; row < form.size; row++) {
    let count = 0;
    for (let k = starts[row]; k < starts[row + 1]; k++) {
      const term = order[k];
      // The upper bits: the lower ones of variables in steps of a power of two, as in a column of a matrix, are the same.
      let slot = Math.imul(variables[term] + Math.imul(parameters[term], MIX), MIX) >>> (32 - bits);
      while (table[slot] >= begin && !isSame(term, terms[table[slot] - begin])) slot = (slot + 1) & mask;
      if (table[slot] < begin) {
        table[slot] = begin + count;
        terms[count] = term;
        sums[count++] = values[term];
      } else sums[table[slot] - begin] += values[term];
    }
    for (let i = 0; i < count; i++) result.push(row, variables[terms[i]], parameters[terms[i]], sums[i]);
    begin += count;
  }
  return result;

  function isSame(a: number, b: number): boolean {
    return variables[a] === variables[b] && parameters[a] === parameters[b];
  }
}

/** The terms of each entry: those of entry i are order[starts[i]], …, order[starts[i + 1] − 1]. */
export function bucketed({size, rows}: AffineForm): {starts: Int32Array; order: Int32Array} {
  const starts = new Int32Array(size + 1);
  for (const row of rows) starts[row + 1]++;
  for (let i = 0; i < size; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const order = new Int32Array(rows.length);
  rows.forEach((row, term) => (order[next[row]++] = term));
  return {starts, order};
}
