/** @file The polygon {x : Gx ≤ h} in the plane. */

export type Point = [x: number, y: number];

/** Its corners in order, inside the square |x|, |y| ≤ `size`; none if it is empty. */
export function corners(G: readonly Point[], h: readonly number[], size: number): Point[] {
  let polygon: Point[] = [
    [-size, -size],
    [size, -size],
    [size, size],
    [-size, size],
  ];
  // Sutherland and Hodgman 1974: cut with one half-plane after the other.
  G.forEach(([a, b], i) => {
    const excess = ([x, y]: Point) => a * x + b * y - h[i];
    polygon = polygon.flatMap((point, j) => {
      const next = polygon[(j + 1) % polygon.length];
      const [here, there] = [excess(point), excess(next)];
      const kept: Point[] = here <= 0 ? [point] : [];
      if (here * there >= 0) return kept;
      const share = here / (here - there);
      return [
        ...kept,
        [point[0] + share * (next[0] - point[0]), point[1] + share * (next[1] - point[1])] as Point,
      ];
    });
  });
  return polygon;
}
