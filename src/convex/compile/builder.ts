/**
 * @file Turns expressions into affine forms: numbers the variables and parameters, and replaces what is not affine by new variables with
 * constraints (its graph form).
 */
import {expression, isAffine, isConstant} from '../expression.js';
import {sub} from '../atoms/arithmetic.js';
import {nameOf, valuesOf} from '../leaves.js';
import {sizeOf, type Shape} from '../shape.js';
import type {Atom, Expression, Sink} from '../types.js';
import {AffineForm, merged, NONE} from './form.js';

/** A variable that stands for something: its place is known, and it has no name. */
const AUXILIARY: Atom = {
  ...{name: 'auxiliary', leaf: 'variable'},
  shape: (_args, {shape}) => shape as Shape,
  sign: () => 'unknown',
  curvature: () => 'affine',
  monotonicity: () => 'increasing',
  evaluate: () => {
    throw new Error('A variable that stands for an expression has no value of its own.');
  },
};

/** Where a named variable or parameter starts, and its shape. */
export interface Place {
  start: number;
  shape: Shape;
}

/** A second-order cone for each row: ‖x‖₂ ≤ t. */
export interface SecondOrder {
  t: AffineForm;
  x: AffineForm;
}

/** A matrix [n, n] that is positive semidefinite. */
export interface Semidefinite {
  n: number;
  matrix: AffineForm;
}

export class Builder implements Sink {
  readonly variables = new Map<string, Place>();
  readonly parameters = new Map<string, Place>();
  /** Expressions of parameters alone that are not affine in them: computed like parameters that are given. */
  readonly derived: {expression: Expression; start: number}[] = [];
  variableCount = 0;
  parameterCount = 0;
  /** At most zero, and zero. */
  readonly inequalities: AffineForm[] = [];
  readonly equalities: AffineForm[] = [];
  readonly secondOrders: SecondOrder[] = [];
  readonly semidefinites: Semidefinite[] = [];
  private readonly forms = new Map<Expression, AffineForm>();
  private readonly affine = new Map<number, Expression>();
  private readonly numbering = new Map<Expression, number>();
  private readonly numbersOfTexts = new Map<string, number>();
  private readonly firsts = new Map<number, Expression>();

  variable(shape: Shape): Expression {
    const start = this.variableCount;
    this.variableCount += sizeOf(shape);
    return expression(AUXILIARY, [], {shape, start});
  }

  atMostZero(given: Expression): void {
    this.inequalities.push(this.formOf(given));
  }

  zero(given: Expression): void {
    this.equalities.push(this.formOf(given));
  }

  secondOrder(t: Expression, x: Expression): void {
    this.secondOrders.push({t: this.formOf(t), x: this.formOf(x)});
  }

  semidefinite(matrix: Expression): void {
    this.semidefinites.push({n: matrix.shape[0], matrix: this.formOf(matrix)});
  }

  /** Whether something needs more than a quadratic program. */
  get hasCones(): boolean {
    return this.secondOrders.length + this.semidefinites.length > 0;
  }

  /** An affine expression that stands for the given one. */
  canonical(given: Expression): Expression {
    if (isAffine(given)) return given;
    const number = this.numberOf(given);
    const known = this.affine.get(number);
    if (known) return known;
    const {atom, options} = given;
    const args = given.args.map((arg) => this.canonical(arg));
    const isLinear = atom.linear !== undefined || atom.pairs !== undefined;
    const made = isLinear ? expression(atom, args, options) : atom.graph!(args, options, this);
    this.affine.set(number, made);
    return made;
  }

  /** The first of the expressions that are written like this one. */
  alike(given: Expression): Expression {
    const number = this.numberOf(given);
    const first = this.firsts.get(number) ?? given;
    this.firsts.set(number, first);
    return first;
  }

  /** The form of an affine expression. */
  formOf(given: Expression): AffineForm {
    const known = this.forms.get(given);
    if (known) return known;
    const form = this.newForm(given);
    this.forms.set(given, form);
    return form;
  }

  /** A new variable that equals an affine expression. */
  named(given: Expression): Expression {
    const stand = this.variable(given.shape);
    this.zero(sub(given, stand));
    return stand;
  }

  /** The same for expressions that are written alike: so a problem that is saved and read is compiled to the same program. */
  private numberOf(given: Expression): number {
    const known = this.numbering.get(given);
    if (known !== undefined) return known;
    const {atom, args, options} = given;
    const text = JSON.stringify([atom.name, options, args.map((arg) => this.numberOf(arg))]);
    const number = this.numbersOfTexts.get(text) ?? this.numbersOfTexts.size;
    this.numbersOfTexts.set(text, number);
    this.numbering.set(given, number);
    return number;
  }

  private newForm(given: Expression): AffineForm {
    const {atom, args, options, size} = given;
    const form = new AffineForm(size);
    if (atom.leaf) {
      this.addLeaf(given, form);
      return form;
    }
    const shapes = args.map(({shape}) => shape);
    if (atom.linear) {
      const parts = args.map((arg) => this.formOf(arg));
      atom.linear(shapes, options).forEach((map, i) => form.addMapped(map, parts[i]));
      return merged(form);
    }
    if (!atom.pairs) return this.derivedForm(given);
    const [first, second] = this.factorsOf(args);
    if (first.hasParameters && second.hasParameters) return this.derivedForm(given);
    form.addProduct(atom.pairs(shapes, options), first, second);
    return merged(form);
  }

  /** The forms of two factors, of which only one has parameters if one has variables. */
  private factorsOf(args: readonly Expression[]): AffineForm[] {
    const forms = args.map((arg) => this.formOf(arg));
    const moving = args.findIndex((arg) => !isConstant(arg));
    if (moving < 0 || !forms[0].hasParameters || !forms[1].hasParameters) return forms;
    forms[moving] = this.formOf(this.named(args[moving]));
    return forms;
  }

  private addLeaf(given: Expression, form: AffineForm): void {
    const {atom, size, options} = given;
    const values = valuesOf(given);
    if (values) {
      values.forEach((value, i) => form.push(i, NONE, NONE, value));
      return;
    }
    if (atom === AUXILIARY) {
      for (let i = 0; i < size; i++) form.push(i, (options.start as number) + i, NONE, 1);
      return;
    }
    const {start} =
      atom.leaf === 'variable'
        ? this.placeOf(this.variables, given, (count) => (this.variableCount += count))
        : this.placeOf(this.parameters, given, (count) => (this.parameterCount += count));
    for (let i = 0; i < size; i++) {
      if (atom.leaf === 'variable') form.push(i, start + i, NONE, 1);
      else form.push(i, NONE, start + i, 1);
    }
  }

  private placeOf(places: Map<string, Place>, leaf: Expression, grow: (count: number) => number): Place {
    const name = nameOf(leaf);
    const known = places.get(name);
    if (known) return known;
    const place = {start: grow(leaf.size) - leaf.size, shape: leaf.shape};
    places.set(name, place);
    return place;
  }

  /** Parameters of its own for an expression that has no variables, and is not affine in its parameters. */
  private derivedForm(given: Expression): AffineForm {
    const form = new AffineForm(given.size);
    const start = this.parameterCount;
    this.parameterCount += given.size;
    this.derived.push({expression: given, start});
    for (let i = 0; i < given.size; i++) form.push(i, NONE, start + i, 1);
    return form;
  }
}
