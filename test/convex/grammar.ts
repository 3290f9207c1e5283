/**
 * @file A grammar of problems of the modelling language: draws expressions whose curvature is right by construction, from all atoms, and
 * problems that have exactly one solution.
 */
import {convex} from '../../src/index.js';
import {Affine} from './grammar-affine.js';
import {Draw, type Expression, type Shape, type Values} from './grammar-draw.js';

const {add, lessEqual, greaterEqual, equal, mul, neg, problem, sub, sum, sumSquares} = convex;

/** A problem, values of its parameters, and a point at which its constraints hold. */
export interface Drawn {
  problem: convex.ConvexProblem;
  values: Values;
  point: Values;
}

const SMALL: readonly Shape[] = [[], [], [2], [3], [2, 2], [1, 3]];

/** Draws expressions that are convex or concave by the rules. */
class Curved extends Affine {
  /** Whether atoms that need cones are drawn. */
  conic = false;

  /** A convex expression of a shape. */
  convex(shape: Shape, depth: number): Expression {
    if (depth <= 0) return this.flat(shape);
    const {draw} = this;
    const inner = () => this.convex(shape, depth - 1);
    const ways: (() => Expression)[] = [
      () => add(inner(), this.convex(this.smaller(shape), depth - 1)),
      () => sub(inner(), this.concave(shape, depth - 1)),
      () => mul(this.constant(this.smaller(shape), 'nonNegative'), inner()),
      () => mul(this.constant([], 'nonPositive'), this.concave(shape, depth - 1)),
      () => neg(this.concave(shape, depth - 1)),
      () => convex.maximum(inner(), this.convex(this.smaller(shape), depth - 1)),
      () => convex.maximum(inner(), 0.5, this.affine(shape, 1)),
      () => convex.pos(inner()),
      () => convex.negativePart(this.concave(shape, depth - 1)),
      () => this.reduced(shape, (x, axis) => convex.max(x, axis), depth),
      () => this.reduced(shape, (x, axis) => sum(x, axis), depth),
      () => this.reduced(shape, (x, axis) => convex.mean(x, axis), depth),
      () => this.flat(shape),
      () => this.flat(shape),
      () =>
        convex.piecewiseLinear(draw.chance(0.5) ? this.affine(shape, 2) : this.monotone(shape, depth), {
          slopes: [0.5, 2],
          intercepts: [draw.number(), draw.number()],
        }),
    ];
    if (shape.length === 1 && shape[0] > 1) {
      const [first] = shape;
      const head = draw.int(1, first - 1);
      ways.push(
        () => convex.concat([this.convex([head], depth - 1), this.convex([first - head], depth - 1)]),
        () => convex.cumsum(inner()),
        () =>
          convex.gather(
            inner(),
            Array.from({length: first}, () => draw.int(0, first - 1)),
          ),
        () => convex.matMul(this.constant([first, 2], 'nonNegative'), this.convex([2], depth - 1)),
        () => convex.slice(this.convex([first + 1], depth - 1), 1, first),
        () => convex.diag(this.convex([first, first], depth - 1)),
      );
      if (first > 2)
        ways.push(() =>
          convex.convolution(this.constant([2], 'nonNegative'), this.convex([first - 1], depth - 1)),
        );
    }
    if (shape.length === 2) {
      const [rows, columns] = shape;
      ways.push(
        () => convex.transpose(this.convex([columns, rows], depth - 1)),
        () => convex.reshape(this.convex([rows * columns], depth - 1), [rows, columns]),
        () => convex.stack(Array.from({length: rows}, () => this.convex([columns], depth - 1))),
      );
    }
    return draw.pick(ways)();
  }

  /** A concave expression of a shape. */
  concave(shape: Shape, depth: number): Expression {
    if (depth <= 0) return neg(this.flat(shape));
    const inner = () => this.concave(shape, depth - 1);
    const ways: (() => Expression)[] = [
      () => neg(this.convex(shape, depth - 1)),
      () => convex.minimum(inner(), this.affine(shape, 2)),
      () => this.reduced(shape, (x, axis) => convex.min(neg(x), axis), depth),
      () => mul(this.constant([], 'nonNegative'), inner()),
      () => sub(inner(), this.convex(this.smaller(shape), depth - 1)),
      () => add(inner(), this.affine(shape, 1)),
    ];
    if (this.conic) {
      const above = (of: Shape) => this.positive(of, depth - 1);
      ways.push(
        () => convex.sqrt(above(shape)),
        () => convex.geometricMean(above(shape), above(this.smaller(shape))),
        () => convex.power(above(shape), 0.5),
      );
      if (shape.length === 0) ways.push(() => convex.lambdaMin(this.affine([2, 2], 2)));
    }
    return this.draw.pick(ways)();
  }

  /** A convex function of an affine expression. */
  private flat(shape: Shape): Expression {
    const {draw} = this;
    const x = this.affine(shape, 2);
    const ways: (() => Expression)[] = [
      () => convex.abs(x),
      () => convex.pos(x),
      () => convex.negativePart(x),
      () => convex.piecewiseLinear(x, {slopes: [-1, 0.5, 2], intercepts: [0, 0.25, -1]}),
      () => x,
    ];
    if (shape.length === 0) {
      const wide = () => this.affine(draw.pick<Shape>([[2], [3], [2, 2]]), 2);
      ways.push(
        () => convex.norm1(wide()),
        () => convex.normInf(wide()),
        () => convex.totalVariation(wide()),
        () => convex.sumLargest(wide(), draw.int(1, 2)),
        () => convex.max(wide()),
        () => convex.norm1(this.monotoneVector()),
      );
    }
    if (this.conic) {
      ways.push(
        () => convex.square(x),
        () => convex.huber(x, draw.pick([0.5, 1])),
      );
      if (shape.length === 0) {
        const wide = () => this.affine(draw.pick<Shape>([[2], [3], [2, 2]]), 2);
        ways.push(
          () => convex.norm2(wide()),
          () => convex.norm2(wide()),
          () => convex.sumSquares(wide()),
          () =>
            convex.quadForm(this.affine([2], 2), [
              [2, 0.5],
              [0.5, 1],
            ]),
          () => convex.quadOverLin(wide(), this.positive([], 1)),
          () => convex.quadOverLin(wide(), this.positive([], 1)),
          () => convex.lambdaMax(this.affine([2, 2], 2)),
          () =>
            convex.nuclearNorm(
              this.affine(
                draw.pick<Shape>([
                  [2, 2],
                  [2, 3],
                ]),
                2,
              ),
            ),
        );
      }
    }
    return draw.pick(ways)();
  }

  /** Something convex that a quadratic program has in its objective alone. */
  quadratic(depth: number): Expression {
    const {draw} = this;
    const wide = () => this.affine(draw.pick<Shape>([[2], [3], [2, 2]]), 2);
    const ways: (() => Expression)[] = [
      () => sumSquares(wide()),
      () => sum(convex.square(wide())),
      () => sum(convex.huber(wide(), draw.pick([0.5, 1, 2]))),
      () =>
        convex.mean(
          convex.square(
            this.convex([2], 1).sign === 'nonNegative' ? convex.pos(this.convex([2], 1)) : wide(),
          ),
        ),
      () => sumSquares(convex.pos(this.convex([2], 1))),
      () =>
        convex.quadForm(
          this.affine([2], 2),
          draw.chance(0.5)
            ? this.semidefinite(2)
            : [
                [1, 0.5],
                [0.5, 1],
              ],
        ),
      () => convex.quadOverLin(wide(), draw.pick([0.5, 2])),
      () => convex.matMul(this.constant([2], 'nonNegative'), convex.square(this.affine([2], 2))),
      () => convex.power(this.affine([], 2), 2),
      () => mul(this.constant([], 'nonNegative'), this.quadratic(depth - 1)),
      () => this.convex([], depth),
    ];
    return draw.pick(depth > 0 ? ways : ways.slice(0, 9))();
  }

  /** Increasing where it is: at least zero. */
  private monotone(shape: Shape, depth: number): Expression {
    return convex.pos(this.convex(shape, depth - 1));
  }

  private monotoneVector(): Expression {
    return convex.abs(this.affine([2], 2));
  }

  /** An affine expression that is at least a half at the point. */
  private positive(shape: Shape, depth: number): Expression {
    const x = this.affine(shape, depth);
    const least = Math.min(...this.at(x));
    return add(x, Math.ceil(2 * (1 - least)) / 2);
  }

  private reduced(shape: Shape, by: (x: Expression, axis: number) => Expression, depth: number): Expression {
    const axis = this.draw.int(0, shape.length);
    const length = this.draw.int(1, 3);
    return by(
      this.convex([...shape.slice(0, axis), length, ...shape.slice(axis)], depth - 1),
      axis - (shape.length + 1),
    );
  }
}

/** The problem of a seed. It is strictly convex, and has a point at which all inequalities are strict. */
export function drawn(seed: number, conic: boolean): Drawn {
  const draw = new Draw(seed);
  const grammar = new Curved(draw);
  grammar.conic = conic;
  const parts = Array.from({length: draw.int(1, conic ? 2 : 3)}, () =>
    conic ? grammar.convex([], 2) : grammar.quadratic(2),
  );
  const subjectTo = Array.from({length: draw.int(0, 3)}, (_, i) => constraint(grammar, i));
  const used = [...draw.variables.values()];
  // With a part of its own for each variable, so that the solution is unique.
  const strict = used.map((x) =>
    mul(draw.pick([0.25, 0.5, 1]), sumSquares(draw.chance(0.5) ? x : sub(x, draw.number()))),
  );
  const objective = add(...parts, ...strict);
  const sense = draw.chance(0.25) ? {maximize: neg(objective)} : {minimize: objective};
  return {problem: problem({...sense, subjectTo}), values: draw.values, point: draw.point};
}

function constraint(grammar: Curved, i: number): convex.Constraint {
  const {draw} = grammar;
  const name = draw.chance(0.3) ? {name: `limit ${i}`} : {};
  const shape = draw.pick(SMALL);
  const slack = draw.pick([0.25, 0.5, 1]);
  const above = (x: Expression) =>
    grammar.at(x).reduce((most, value) => Math.max(most, Math.ceil(4 * value) / 4), -1e9) + slack;
  const ways: (() => convex.Constraint)[] = [
    () => {
      const left = grammar.convex(shape, 2);
      return lessEqual(left, above(left), name);
    },
    () => {
      const right = grammar.concave(shape, 2);
      return greaterEqual(right, -above(neg(right)), name);
    },
    () => {
      const [left, right] = [grammar.convex(shape, 1), grammar.concave(shape, 1)];
      return lessEqual(left, add(right, above(sub(left, right))), name);
    },
    () => {
      const x = grammar.affine(draw.pick<Shape>([[], [2]]), 2);
      return x.curvature === 'affine'
        ? equal(
            x,
            [...grammar.at(x)].length === 1 && x.shape.length === 0 ? grammar.at(x)[0] : grammar.at(x),
            name,
          )
        : lessEqual(x, above(x), name);
    },
  ];
  if (grammar.conic) {
    ways.push(() => {
      const matrix = grammar.affine([2, 2], 2);
      const [a, b, c, d] = grammar.at(matrix);
      // Diagonally dominant at the point.
      const shift = Math.ceil(Math.abs(b) + Math.abs(c) - Math.min(a, d, 0)) + slack;
      return convex.positiveSemidefinite(
        add(matrix, [
          [shift, 0],
          [0, shift],
        ]),
        name,
      );
    });
  }
  return draw.pick(ways)();
}
