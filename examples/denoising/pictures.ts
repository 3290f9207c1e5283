/** @file Grey pictures: shapes with shading and stripes, in front of each other. */
import type {Random} from '../support/random.js';

/** A grey picture, row by row: 0 is black, 1 is white. */
export interface Picture {
  width: number;
  height: number;
  values: Float32Array;
}

/** How many shapes lie on the background. */
const SHAPES = 14;
/** All stripes have this direction and wavelength, as those of one cloth. */
const STRIPES = {angle: 0.6, length: 5.5};

/** A picture of `size` × `size`. Total variation knows half of it: the shapes have clear borders, but they are shaded, or striped. */
export function makePicture(size: number, random: Random): Picture {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const values = new Float32Array(size * size);
  for (let shape = 0; shape <= SHAPES; shape++) {
    const inside = shape === 0 ? () => true : outline(between, size);
    const shade = shape % 2 === 1 ? stripes(between) : shading(between, size);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        if (inside(x, y)) values[y * size + x] = Math.max(0, Math.min(1, shade(x, y)));
  }
  return {width: size, height: size, values};
}

type Between = (low: number, high: number) => number;

/** A disc or a turned rectangle. */
function outline(between: Between, size: number): (x: number, y: number) => boolean {
  const [x0, y0, angle] = [between(0, size), between(0, size), between(0, Math.PI)];
  const [long, wide] = [between(0.15, 0.35) * size, between(0.12, 0.25) * size];
  const isDisc = between(0, 1) < 0.5;
  return (x, y) => {
    const [a, b] = turned(x - x0, y - y0, angle);
    return isDisc ? Math.hypot(a, b) < wide : Math.abs(a) < long && Math.abs(b) < wide;
  };
}

function shading(between: Between, size: number): (x: number, y: number) => number {
  const [angle, level, slope] = [between(0, 2 * Math.PI), between(0.3, 0.7), between(0.3, 1) / size];
  return (x, y) => level + slope * turned(x - size / 2, y - size / 2, angle)[0];
}

function stripes(between: Between): (x: number, y: number) => number {
  const [level, height] = [between(0.35, 0.65), between(0.2, 0.35)];
  return (x, y) => level + height * Math.sin((2 * Math.PI * turned(x, y, STRIPES.angle)[0]) / STRIPES.length);
}

const turned = (x: number, y: number, angle: number) => [
  x * Math.cos(angle) + y * Math.sin(angle),
  y * Math.cos(angle) - x * Math.sin(angle),
];

/** The picture with normal noise of the given standard deviation. */
export function withNoise({width, height, values}: Picture, deviation: number, random: Random): Picture {
  return {width, height, values: values.map((value) => value + deviation * random.normal())};
}

/** A rectangle of the picture. */
export function crop(
  {width: whole, values}: Picture,
  x: number,
  y: number,
  width: number,
  height: number,
): Picture {
  const part = Float32Array.from(
    {length: width * height},
    (_, k) => values[(y + Math.floor(k / width)) * whole + x + (k % width)],
  );
  return {width, height, values: part};
}

/** How close a picture comes to another, in decibels: −10 log₁₀ of the mean squared error. */
export function decibels(a: Picture, b: Picture): number {
  const sum = a.values.reduce((total, value, i) => total + (value - b.values[i]) ** 2, 0);
  return -10 * Math.log10(sum / a.values.length);
}
