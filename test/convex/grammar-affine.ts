/** @file The part of the grammar that draws constants and affine expressions. */
import {convex} from '../../src/index.js';
import {nested, sizeOf, type Draw, type Expression, type Shape} from './grammar-draw.js';

const {add, matMul, mul, neg, sub, sum} = convex;

export class Affine {
  constructor(readonly draw: Draw) {}

  /** The value of an expression at the point. */
  at(expression: Expression): number[] {
    return this.draw.at(expression);
  }

  semidefinite(n: number): Expression {
    return this.draw.semidefinite(n);
  }

  /** Numbers or an expression of parameters. */
  constant(shape: Shape, sign: convex.Sign = 'unknown'): convex.ExpressionLike {
    const {draw} = this;
    const numbers = () => nested(draw.numbers(shape, sign), shape);
    const parameter = () => draw.parameter(shape, sign);
    if (draw.chance(0.35)) return numbers();
    if (draw.chance(0.8)) return parameter();
    // Not affine in the parameters.
    if (sign === 'nonNegative')
      return draw.pick([convex.exp, convex.square, convex.abs])(mul(0.5, draw.parameter(shape, 'unknown')));
    if (sign === 'nonPositive')
      return mul(draw.parameter(shape, 'nonNegative'), draw.parameter([], 'nonPositive'));
    return draw.pick([
      () => mul(draw.parameter(shape, 'unknown'), draw.parameter([], 'unknown')),
      () => convex.div(draw.parameter(shape, 'unknown'), add(draw.parameter([], 'nonNegative'), 1)),
      () => convex.log(add(draw.parameter(shape, 'nonNegative'), 0.5)),
    ])();
  }

  /** An affine expression of a shape. */
  affine(shape: Shape, depth: number): Expression {
    const {draw} = this;
    if (depth <= 0) return this.leaf(shape);
    const inner = () => this.affine(shape, depth - 1);
    const ways: (() => Expression)[] = [
      () => this.leaf(shape),
      () => this.leaf(shape),
      () => add(inner(), this.constant(this.smaller(shape))),
      () => sub(inner(), this.constant(shape)),
      () => sub(inner(), this.affine(this.smaller(shape), depth - 1)),
      () => neg(inner()),
      () => mul(this.constant(this.smaller(shape)), inner()),
      () => mul(inner(), this.constant(shape)),
      () => convex.div(inner(), this.constant([], 'nonNegative') as number),
      () => this.along(shape, (x, axis) => sum(x, axis), depth),
      () => this.along(shape, (x, axis) => convex.mean(x, axis), depth),
    ];
    if (shape.length === 0) {
      ways.push(
        () => matMul(this.constant([3]), this.affine([3], depth - 1)),
        () => sum(this.affine([2, 2], depth - 1)),
        () => convex.trace(this.affine([2, 2], depth - 1)),
        () => convex.reshape(this.affine([1], depth - 1), []),
      );
    }
    if (shape.length === 1) {
      const [n] = shape;
      ways.push(
        () => matMul(this.constant([n, 2]), this.affine([2], depth - 1)),
        () => matMul(this.affine([2], depth - 1), this.constant([2, n])),
        () => convex.cumsum(inner()),
        () => convex.diff(this.affine([n + 1], depth - 1)),
        () =>
          convex.gather(
            this.affine([3], depth - 1),
            Array.from({length: n}, () => draw.int(0, 2)),
          ),
        () => convex.slice(this.affine([n + 1], depth - 1), draw.int(0, 1), n),
        () => convex.reshape(convex.slice(this.affine([2, n], depth - 1), [1, 0], [1, -1]), [n]),
      );
      if (n > 1) {
        ways.push(
          () => convex.concat([this.affine([1], depth - 1), this.affine([n - 1], depth - 1)]),
          () => convex.convolution(this.constant([2]), this.affine([n - 1], depth - 1)),
          () => convex.diag(this.affine([n, n], depth - 1)),
        );
      }
    }
    if (shape.length === 2) {
      const [m, n] = shape;
      ways.push(
        () => matMul(this.constant([m, 2]), this.affine([2, n], depth - 1)),
        () => matMul(this.affine([m, 2], depth - 1), this.constant([2, n])),
        () => convex.transpose(this.affine([n, m], depth - 1)),
        () => convex.reshape(this.affine([m * n], depth - 1), [m, -1]),
        () => convex.cumsum(inner(), 1),
        () => convex.diff(this.affine([m, n + 1], depth - 1), -1),
        () => convex.stack(Array.from({length: m}, () => this.affine([n], depth - 1))),
        () =>
          convex.stack(
            Array.from({length: n}, () => this.affine([m], depth - 1)),
            1,
          ),
        () =>
          convex.gather(
            this.affine([m, 2], depth - 1),
            Array.from({length: n}, () => draw.int(0, 1)),
            1,
          ),
      );
      if (n > 1)
        ways.push(() =>
          convex.concat([this.affine([m, 1], depth - 1), this.affine([m, n - 1], depth - 1)], 1),
        );
      if (m === n) ways.push(() => convex.diag(this.affine([n], depth - 1)));
    }
    return draw.pick(ways)();
  }

  /** A shape that broadcasts to another. */
  protected smaller(shape: Shape): Shape {
    const {draw} = this;
    if (shape.length === 0 || draw.chance(0.4)) return shape;
    const start = draw.int(0, shape.length);
    return shape.slice(start).map((size) => (draw.chance(0.3) ? 1 : size));
  }

  /** Sums along an axis of something larger. */
  private along(shape: Shape, by: (x: Expression, axis: number) => Expression, depth: number): Expression {
    const axis = this.draw.int(0, shape.length);
    const length = this.draw.int(1, 3);
    return by(this.affine([...shape.slice(0, axis), length, ...shape.slice(axis)], depth - 1), axis);
  }

  /** Entries of a variable. */
  private leaf(shape: Shape): Expression {
    const {draw} = this;
    const all = [...draw.variables.values()];
    const same = all.filter((x) => String(x.shape) === String(shape));
    if (same.length > 0 && draw.chance(0.8)) return draw.pick(same);
    const x = draw.pick(all);
    const flat = x.shape.length === 1 ? x : convex.reshape(x, [x.size]);
    const size = sizeOf(shape);
    const entries =
      x.size === size
        ? flat
        : convex.gather(
            flat,
            Array.from({length: size}, () => draw.int(0, x.size - 1)),
          );
    return shape.length === 1 ? entries : convex.reshape(entries, shape);
  }
}
