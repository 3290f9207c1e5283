/** @file The geometry of the figure: the window of the plane that it shows, polygons, arrows. */

export type Point = [number, number];

/** The half-width and half-height of the window, and pixels per unit. The y-axis points up. */
export const WINDOW = {width: 4, height: 2.7, scale: 80};

export const across = (x: number): number => (x + WINDOW.width) * WINDOW.scale;
export const down = (y: number): number => (WINDOW.height - y) * WINDOW.scale;
const pixels = ([x, y]: Point): string => `${across(x).toFixed(1)},${down(y).toFixed(1)}`;
export const pathOf = (points: Point[]): string =>
  points.length > 0 ? `M${points.map(pixels).join('L')}` : '';

/** The part of the window in which normalᵢᵀx ≤ boundᵢ for all i, as a polygon (Sutherland and Hodgman). */
export function clipped(normals: Point[], bounds: number[]): Point[] {
  const {width, height} = WINDOW;
  let polygon: Point[] = [
    [-width, -height],
    [width, -height],
    [width, height],
    [-width, height],
  ];
  normals.forEach(([a, b], i) => {
    const excess = polygon.map(([x, y]) => a * x + b * y - bounds[i]);
    polygon = polygon.flatMap((point, j): Point[] => {
      const k = (j + 1) % polygon.length;
      const kept: Point[] = excess[j] <= 0 ? [point] : [];
      if (excess[j] > 0 !== excess[k] > 0) {
        const part = excess[j] / (excess[j] - excess[k]);
        kept.push([
          point[0] + part * (polygon[k][0] - point[0]),
          point[1] + part * (polygon[k][1] - point[1]),
        ]);
      }
      return kept;
    });
  });
  return polygon;
}

/** A long segment of the line through `at` with the given normal. */
export const lineOf = ([x, y]: Point, [a, b]: Point): Point[] => [
  [x - 12 * b, y + 12 * a],
  [x + 12 * b, y - 12 * a],
];

/** An arrow from a point, with its head; nothing if it is too short to be seen. */
export function arrowOf([x, y]: Point, [dx, dy]: Point): string {
  const length = Math.hypot(dx, dy);
  if (length < 0.04) return '';
  const head = Math.min(0.16, length / 2) / length;
  const tip: Point = [x + dx, y + dy];
  const side = (sign: number): Point => [
    tip[0] - head * (dx + sign * 0.5 * dy),
    tip[1] - head * (dy - sign * 0.5 * dx),
  ];
  return pathOf([[x, y], tip]) + pathOf([side(1), tip, side(-1)]);
}

/** v, shortened to at most `longest`. */
export function atMost([x, y]: Point, longest: number): Point {
  const factor = Math.min(1, longest / (Math.hypot(x, y) || 1));
  return [x * factor, y * factor];
}

export const inWindow = ([x, y]: Point): Point => [
  Math.max(-WINDOW.width + 0.15, Math.min(WINDOW.width - 0.15, x)),
  Math.max(-WINDOW.height + 0.15, Math.min(WINDOW.height - 0.15, y)),
];
