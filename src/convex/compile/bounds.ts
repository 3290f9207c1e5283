/** @file Inequalities of one variable each, such as x ≤ 1 or 2x ≥ l: bounds of the solver instead of rows of G. */
import {bucketed, NONE, type AffineForm} from './form.js';
import {ParameterMap} from './parameter-map.js';

/** Which bound of a variable. */
export type Side = 'lower' | 'upper';

/** The bound that a row of a form says: its multiplier is that of the bound divided by |factor|. */
export interface Bound {
  side: Side;
  variable: number;
  /** That of the variable in the row. */
  factor: number;
}

/** What becomes of a row: it stays one, is a bound, or says less than another bound does. */
export type Fate = 'row' | 'idle' | Bound;

interface Candidate extends Bound {
  form: number;
  row: number;
  /** The terms of the row without the variable. */
  rest: Int32Array;
  /** The bound, if it does not depend on parameters. */
  value: number | null;
}

/** Other factors could take a bound out of the range of f32. */
const [LEAST, MOST] = [2 ** -20, 2 ** 20];

/**
 * A side is used if so large a part of the variables has bounds there. Where there is none, a bound at infinity takes nearly as long as a row:
 * with bounds of 3 variables of 100, a solve took more than twice as long as with 3 rows.
 */
const SHARE = 0.5;

export class Bounds {
  /** [n] each; infinite where there is none. */
  readonly lower: ParameterMap | null;
  readonly upper: ParameterMap | null;
  /** Of each row of each form. */
  private readonly fates: readonly Fate[][];

  /**
   * @param n The number of variables.
   * @param forms What is at most zero.
   */
  constructor(n: number, forms: readonly AffineForm[]) {
    const fates = forms.map(({size}): Fate[] => Array<Fate>(size).fill('row'));
    this.fates = fates;
    const candidates = forms.flatMap(candidatesIn);
    const mapOf = (side: Side): ParameterMap | null => {
      const {chosen, idle} = tightest(candidates.filter((each) => each.side === side));
      if (chosen.length === 0 || chosen.length < SHARE * n) return null;
      const map = new ParameterMap(n, side === 'lower' ? -Infinity : Infinity);
      for (const each of idle) fates[each.form][each.row] = 'idle';
      for (const each of chosen) {
        fates[each.form][each.row] = each;
        addBound(map, each, forms[each.form]);
      }
      return map;
    };
    this.lower = mapOf('lower');
    this.upper = mapOf('upper');
  }

  /** Of each row of the form with this number. */
  fatesOf(form: number): readonly Fate[] {
    return this.fates[form];
  }
}

/** The rows with one variable, whose factor is a number. */
function candidatesIn(given: AffineForm, form: number): Candidate[] {
  const {starts, order} = bucketed(given);
  const found: Candidate[] = [];
  for (let row = 0; row < given.size; row++) {
    const terms = order.subarray(starts[row], starts[row + 1]);
    const moving = terms.filter((term) => given.variables[term] !== NONE);
    if (moving.length !== 1 || given.parameters[moving[0]] !== NONE) continue;
    const factor = given.values[moving[0]];
    if (!(Math.abs(factor) >= LEAST && Math.abs(factor) <= MOST)) continue;
    const rest = terms.filter((term) => term !== moving[0]);
    const isNumber = rest.every((term) => given.parameters[term] === NONE);
    const sum = rest.reduce((total, term) => total + given.values[term], 0);
    const side = factor > 0 ? 'upper' : 'lower';
    const value = isNumber ? -sum / factor : null;
    found.push({form, row, side, variable: given.variables[moving[0]], factor, rest, value});
  }
  return found;
}

/** One for each variable: of numbers the tightest, else the first one. Idle are numbers that say less. */
function tightest(candidates: readonly Candidate[]): {chosen: Candidate[]; idle: Candidate[]} {
  const chosen = new Map<number, Candidate>();
  const idle: Candidate[] = [];
  for (const each of candidates) {
    const other = chosen.get(each.variable);
    if (!other) {
      chosen.set(each.variable, each);
    } else if (each.value !== null && other.value !== null) {
      const isTighter = each.side === 'lower' ? each.value > other.value : each.value < other.value;
      idle.push(isTighter ? other : each);
      if (isTighter) chosen.set(each.variable, each);
    }
  }
  return {chosen: [...chosen.values()], idle};
}

/** The bound −(rest of the row) / factor. */
function addBound(map: ParameterMap, {variable, factor, rest}: Candidate, form: AffineForm): void {
  map.set(variable, 0);
  for (const term of rest) map.add(variable, form.parameters[term], -form.values[term] / factor);
}
