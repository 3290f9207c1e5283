/** @file The objective of a quadratic program, ½ zᵀQz + pᵀz: what is quadratic in an expression stays so, the rest becomes affine. */
import {add, mul} from '../atoms/arithmetic.js';
import {sum} from '../atoms/sums.js';
import {isAffine, isConstant} from '../expression.js';
import {numbers} from '../leaves.js';
import type {Expression} from '../types.js';
import type {Builder} from './builder.js';
import {AffineForm, bucketed, NONE} from './form.js';
import {rangeOf, SquareBlock} from './square-block.js';
import {transposed} from './transposed.js';

/** value · parameter, at a place of Q. */
export interface HessianTerm {
  i: number;
  j: number;
  parameter: number;
  value: number;
}

/** A square whose coefficients are more than this, and fill Q with more than so many products each, gets variables of its own. */
const MANY = 20_000;
const MOST_FILL = 32;
/** The widest block of Q that is computed from parameters. */
const MOST_WIDE = 1000;

export class Objective {
  /** Both triangles of Q; terms at one place are added. */
  readonly hessian: HessianTerm[] = [];
  /** What is added to Q and p for squares whose coefficients depend on parameters. */
  readonly blocks: SquareBlock[] = [];
  /** pᵀz + a constant, in one entry. */
  readonly linear = new AffineForm(1);

  /**
   * @param builder Gets the constraints of what is not quadratic.
   * @param allowsSquares Whether there may be a Q; if not, squares become cones.
   */
  constructor(
    private readonly builder: Builder,
    private readonly allowsSquares: boolean,
  ) {}

  /** Adds Σ weights · entries of a convex expression, for weights of its shape without variables. */
  add(given: Expression, weights: Expression = numbers([1], [])): void {
    const {builder} = this;
    // What occurs several times is added once, with the sum of its weights.
    const all = new Map<Expression, Expression[]>([[builder.alike(given), [weights]]]);
    for (const each of this.sumsAbove(given)) {
      for (const {of, weights: own} of this.addOne(each, add(...all.get(each)!))) {
        const part = builder.alike(of);
        all.set(part, [...(all.get(part) ?? []), own]);
      }
    }
  }

  /** The sums with squares in an expression, and what they add, each before what it consists of. */
  private sumsAbove(given: Expression): Expression[] {
    const seen = new Set<Expression>();
    const inOrder: Expression[] = [];
    const visit = (written: Expression) => {
      const each = this.builder.alike(written);
      if (seen.has(each)) return;
      seen.add(each);
      if (this.staysQuadratic(each)) partsOf(each).forEach(visit);
      inOrder.push(each);
    };
    visit(given);
    return inOrder.reverse();
  }

  private staysQuadratic(given: Expression): boolean {
    return this.allowsSquares && !isAffine(given) && isMadeOfSquares(given);
  }

  /** Adds an expression; where it is a sum, returns what it consists of instead. */
  private addOne(given: Expression, weights: Expression): {of: Expression; weights: Expression}[] {
    const {builder} = this;
    const {atom, args, options} = given;
    if (!this.staysQuadratic(given)) {
      this.addLinear(builder.formOf(sum(mul(weights, builder.canonical(given)))));
      return [];
    }
    if (atom.linear) {
      const shapes = args.map(({shape}) => shape);
      const maps = atom.linear(shapes, options);
      return maps.map((map, i) => ({of: args[i], weights: transposed(map, weights, args[i].shape)}));
    }
    if (atom.weights) return [{of: partsOf(given)[0], weights: atom.weights(args, weights)}];
    const inner = args.map((arg) => builder.canonical(arg));
    const {squares = [], forms = [], rest = []} = atom.quadratic!(inner, options, weights, builder);
    for (const square of squares) this.addSquares(square.of, square.weights);
    for (const form of forms) this.addForm(form.of, form.matrix);
    for (const other of rest) this.add(other.of, other.weights);
    return [];
  }

  private addLinear(form: AffineForm): void {
    for (let term = 0; term < form.count; term++) {
      this.linear.push(0, form.variables[term], form.parameters[term], form.values[term]);
    }
  }

  /** Σ wᵢ uᵢ². */
  private addSquares(of: Expression, weights: Expression): void {
    const {builder} = this;
    const w = builder.formOf(weights);
    let u = builder.formOf(of);
    if (u.hasProducts && isCompact(u)) {
      this.blocks.push(new SquareBlock(u, w));
      return;
    }
    if (u.hasProducts || (u.hasParameters && w.hasParameters) || fills(u))
      u = builder.formOf(builder.named(of));
    const [terms, factors] = [bucketed(u), bucketed(w)];
    for (let row = 0; row < u.size; row++) {
      const own = terms.order.subarray(terms.starts[row], terms.starts[row + 1]);
      for (let f = factors.starts[row]; f < factors.starts[row + 1]; f++) {
        const factor = factors.order[f];
        this.addSquare(u, own, w.values[factor], w.parameters[factor]);
      }
    }
  }

  /** weight · parameter · (the sum of some terms of u)². */
  private addSquare(u: AffineForm, terms: Int32Array, weight: number, parameter: number): void {
    for (const first of terms) {
      const i = u.variables[first];
      if (i === NONE) continue;
      for (const second of terms) {
        const value = 2 * weight * u.values[first] * u.values[second];
        const j = u.variables[second];
        if (j !== NONE) this.hessian.push({i, j, parameter, value});
        else this.linear.push(0, i, Math.max(parameter, u.parameters[second]), value);
      }
    }
  }

  /** uᵀMu. */
  private addForm(of: Expression, matrix: Expression): void {
    const {builder} = this;
    const M = builder.formOf(matrix);
    let u = builder.formOf(of);
    // With one variable an entry, a term of M is a term of Q.
    const isPlain = u.count === u.size && !u.hasParameters && u.values.every((value) => value === 1);
    if (!isPlain || u.variables.includes(NONE)) u = builder.formOf(builder.named(of));
    const place = new Int32Array(u.size);
    for (let term = 0; term < u.count; term++) place[u.rows[term]] = u.variables[term];
    for (let term = 0; term < M.count; term++) {
      const [i, j] = [place[Math.floor(M.rows[term] / u.size)], place[M.rows[term] % u.size]];
      const [parameter, value] = [M.parameters[term], M.values[term]];
      this.hessian.push({i, j, parameter, value}, {i: j, j: i, parameter, value});
    }
  }
}

/** The expressions of which a sum, or a product with weights, consists. */
function partsOf({atom, args}: Expression): readonly Expression[] {
  if (atom.linear) return args;
  return atom.weights ? [args.find((arg) => !isConstant(arg))!] : [];
}

const KNOWN = new WeakMap<Expression, boolean>();

/** Whether there are squares in an expression that sums and weights alone stand above. */
function isMadeOfSquares(given: Expression): boolean {
  const known = KNOWN.get(given);
  if (known !== undefined) return known;
  const {atom, args} = given;
  const isSum = atom.linear !== undefined || atom.weights !== undefined;
  const found = atom.quadratic !== undefined || (isSum && args.some(isMadeOfSquares));
  KNOWN.set(given, found);
  return found;
}

/** Whether the squares of a form are a dense block that is not much larger than the form. */
function isCompact(u: AffineForm): boolean {
  const [first, last] = rangeOf(u);
  const width = last - first + 1;
  return width <= MOST_WIDE && width <= MOST_FILL * u.size && 2 * u.count >= u.size * width;
}

/** Whether the square of a form has many more terms than the form. */
function fills(u: AffineForm): boolean {
  if (u.count < MANY) return false;
  const {starts} = bucketed(u);
  let products = 0;
  for (let row = 0; row < u.size; row++) products += (starts[row + 1] - starts[row]) ** 2;
  return products > MOST_FILL * u.count;
}
