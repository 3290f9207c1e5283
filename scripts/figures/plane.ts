/** @file Parts of a drawing in the plane, as layers of vega-lite: sets, curves, arrows, points and words. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from './look.js';

export type Point = readonly [number, number];
/** A specification of vega-lite that is a part of a figure. */
type Layer = object;

/** What all parts take: a colour of the figures, opacity, thickness, dashes. */
interface Style {
  colour?: string;
  opacity?: number;
  width?: number;
  dash?: number[];
}

const encoding = {
  x: {field: 'x', type: 'quantitative'},
  y: {field: 'y', type: 'quantitative'},
};
const rows = (points: readonly Point[]) => points.map(([x, y], i) => ({x, y, i}));
const layer = (points: readonly Point[], mark: object, more: object = {}): Layer => ({
  data: {values: rows(points)},
  mark,
  encoding: {...encoding, ...more},
});
const order = {order: {field: 'i', type: 'quantitative'}};

/** A line through the points. */
export const curve = (points: readonly Point[], {colour, opacity = 1, width = 2.5, dash}: Style = {}) =>
  layer(
    points,
    {type: 'line', clip: true, color: colour ?? COLOURS.text, opacity, strokeWidth: width, strokeDash: dash},
    order,
  );

/** The inside of a polygon. */
export const region = (points: readonly Point[], {colour = COLOURS.set, opacity = 1}: Style = {}) =>
  layer(
    [...points, points[0]],
    {type: 'line', clip: true, filled: true, fill: colour, strokeWidth: 0, opacity},
    order,
  );

/** Dots at the points. */
export const dots = (points: readonly Point[], {colour, opacity = 1, width = 90}: Style = {}) =>
  layer(points, {
    type: 'point',
    filled: true,
    clip: true,
    size: width,
    opacity,
    color: colour ?? COLOURS.text,
  });

/** Rings at the points. */
export const rings = (points: readonly Point[], {colour, width = 80}: Style = {}) =>
  layer(points, {
    type: 'point',
    clip: true,
    size: width,
    strokeWidth: 2.5,
    opacity: 1,
    fill: COLOURS.paper,
    stroke: colour ?? COLOURS.text,
  });

/** Words at a point; `dx` and `dy` are in pixels. */
export const words = (
  text: string,
  at: Point,
  {colour, dx = 0, dy = 0, align = 'left'}: Style & {dx?: number; dy?: number; align?: string} = {},
) => layer([at], {type: 'text', text, align, dx, dy, color: colour ?? COLOURS.text});

/** Arrows of the figure's own units; `head` is the length of the two strokes of the tip. */
export const arrows = (
  ends: readonly (readonly [Point, Point])[],
  {head = 0.15, ...style}: Style & {head?: number} = {},
) =>
  // prettier-ignore
  ends.flatMap(([from, to]) => {
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
    const tip = (turn: number): Point => [
      to[0] - head * Math.cos(angle + turn),
      to[1] - head * Math.sin(angle + turn),
    ];
    return [curve([from, to], style), curve([tip(0.45), to, tip(-0.45)], {...style, dash: undefined})];
  });

/** A panel of the plane: layers on common axes. */
export function plane(
  title: string | string[],
  layers: Layer[],
  size: {width: number; height: number},
  axes: {x: Axis; y: Axis},
) {
  const [x, y] = [axes.x, axes.y].map(({domain, title = null, ticks, labels}) => ({
    title,
    scale: {domain, nice: false, zero: false},
    axis: ticks === false ? null : {values: ticks, ...(labels && {labelExpr: labels})},
  }));
  return {
    title: {text: title, anchor: 'middle'},
    ...size,
    layer: layers.map((part) => {
      const {encoding} = part as {encoding: {x: object; y: object}};
      return {...part, encoding: {...encoding, x: {...encoding.x, ...x}, y: {...encoding.y, ...y}}};
    }),
  };
}

/** Panels side by side, each with a legend of its own. */
export function beside(...panels: Layer[]): TopLevelSpec {
  const resolve = {scale: {color: 'independent', strokeDash: 'independent'}};
  return {spacing: 56, bounds: 'flush', resolve, hconcat: panels} as unknown as TopLevelSpec;
}

/** An axis: what it shows, its title, its ticks (false: no axis at all), and an expression of its labels. */
interface Axis {
  domain: [number, number];
  title?: string;
  ticks?: number[] | false;
  labels?: string;
}

/** A line for each series, with its name in a legend below. */
export function lines(
  series: readonly {name: string; colour: string; points: readonly Point[]; dash?: number[]}[],
  columns = 3,
): Layer {
  return {
    data: {
      values: series.flatMap(({name, points}) => points.map(([x, y], i) => ({x, y, i, name}))),
    },
    mark: {type: 'line', clip: true, strokeWidth: 2.5},
    encoding: {
      ...encoding,
      ...order,
      color: {
        field: 'name',
        type: 'nominal',
        scale: {domain: series.map(({name}) => name), range: series.map(({colour}) => colour)},
        legend: {title: null, orient: 'bottom', columns, symbolType: 'stroke', symbolStrokeWidth: 3},
      },
      strokeDash: {
        field: 'name',
        type: 'nominal',
        scale: {domain: series.map(({name}) => name), range: series.map(({dash}) => dash ?? [1, 0])},
      },
    },
  };
}

/** The corners of {x: Gx ≤ h} within a square, in order; none if it is empty. */
export function polygon(G: readonly Point[], h: readonly number[], size = 10): Point[] {
  let corners: Point[] = [[-size, -size], [size, -size], [size, size], [-size, size]]; // prettier-ignore
  for (const [i, [a, b]] of G.entries()) {
    const over = ([x, y]: Point) => a * x + b * y - h[i];
    corners = corners.flatMap((from, j) => {
      const to = corners[(j + 1) % corners.length];
      const [u, v] = [over(from), over(to)];
      const kept = u <= 0 ? [from] : [];
      if (u <= 0 === v <= 0) return kept;
      const t = u / (u - v);
      return [...kept, [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])] as const];
    });
  }
  return corners;
}

/** `count` numbers from `from` to `to`, both included. */
export const range = (from: number, to: number, count: number) =>
  Array.from({length: count}, (_, i) => from + ((to - from) * i) / (count - 1));
