/**
 * @file The quadratic program of the figure, min ½(x − c)ᵀQ(x − c) subject to nᵢᵀx ≤ nᵢᵀaᵢ, in two variables: its solution, the gradient of a
 * loss of the solution, and how long a solve takes.
 */
import {prepareQP} from 'tfjs-implicit';
import type {Point} from './geometry.js';

/** A half-plane: the normal points out of it, at `angle`, and its border passes through `at`. */
export interface Row {
  at: Point;
  angle: number;
}

/** What can be dragged. The level sets of the objective are ellipses around `centre` with `axis` as one half-axis, and 1 as the other. */
export interface Figure {
  rows: Row[];
  centre: Point;
  axis: Point;
  target: Point;
}

/** The figure's problem in the form of the library. */
export interface Data {
  Q: Float64Array;
  p: Float64Array;
  G: Float64Array;
  h: Float64Array;
}

export interface Answer {
  status: number;
  x: Point;
  objective: number;
  /** −∇f at x. */
  descent: Point;
  multipliers: number[];
  /** The derivatives of ½‖x − target‖² in the right-hand sides and in the centre. */
  gradient: {h: number[]; centre: Point};
}

export const normal = ({angle}: Row): Point => [Math.cos(angle), Math.sin(angle)];
const dot = ([a, b]: Point, [c, d]: Point) => a * c + b * d;
const times = (Q: ArrayLike<number>, [a, b]: Point): Point => [Q[0] * a + Q[1] * b, Q[2] * a + Q[3] * b];

export function dataOf({rows, centre, axis}: Figure): Data {
  const length = Math.hypot(...axis);
  const [cos, sin] = [axis[0] / length, axis[1] / length];
  const long = 1 / length ** 2;
  const off = (long - 1) * cos * sin;
  const Q = Float64Array.of(long * cos * cos + sin * sin, off, off, long * sin * sin + cos * cos);
  const [p0, p1] = times(Q, centre);
  return {
    Q,
    p: Float64Array.of(-p0, -p1),
    G: Float64Array.from(rows.flatMap(normal)),
    h: Float64Array.from(rows.map((row) => dot(normal(row), row.at))),
  };
}

function mix(from: Float64Array, to: Float64Array, part: number, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = from[i] + part * (to[i] - from[i]);
}

/** The solver of a figure. `solve` is called at each frame. */
export function solverOf(figure: Figure) {
  const qp = prepareQP(dataOf(figure));
  let last = dataOf(figure);

  /** The mean time of a solve, in microseconds: of `count`, with p and h on the way from the last call's to those of now. */
  function time(now: Figure, count = 64): number {
    const to = dataOf(now);
    const between = {...to, p: to.p.slice(), h: to.h.slice()};
    // The clock of a page ticks every 5 to 100 µs, so it is read before and after all of them.
    const start = performance.now();
    for (let i = 1; i <= count; i++) {
      mix(last.p, to.p, i / count, between.p);
      mix(last.h, to.h, i / count, between.h);
      qp.solve(between);
    }
    last = to;
    return (1000 * (performance.now() - start)) / count;
  }

  function solve(now: Figure): Answer {
    const data = dataOf(now);
    const {x, ineqDual, status} = qp.solve(data);
    const at: Point = [x[0], x[1]];
    const away: Point = [at[0] - now.centre[0], at[1] - now.centre[1]];
    const pull = times(data.Q, away);
    const multipliers = [...ineqDual];
    const {p, h} = qp.gradient([at[0] - now.target[0], at[1] - now.target[1]]);
    const [c0, c1] = times(data.Q, [p[0], p[1]]);
    return {
      status,
      x: at,
      objective: 0.5 * dot(away, pull),
      descent: [-pull[0], -pull[1]],
      multipliers,
      gradient: {h: Array.from(h as ArrayLike<number>), centre: [-c0, -c1]},
    };
  }

  return {solve, time, dispose: () => qp.dispose()};
}
