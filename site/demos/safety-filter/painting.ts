/** @file Paints the world of the safety filter on a canvas, in the colours of the site. */
import type {Vector, World} from '../../../examples/safety-filter/world.js';

/** The side of the square that is shown. */
export const SIDE = 4;

export interface Scene {
  world: World;
  /** Around each disc, relative to its centre; none without a barrier. */
  outlines: Vector[][];
  asked: Vector;
  velocity: Vector;
  isTouching: boolean;
}

type Colours = Record<'disc' | 'outline' | 'dot' | 'asked' | 'goal' | 'wrong', string>;

/** As they are now: the reader may change from light to dark. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    disc: read('--figure-level'),
    outline: read('--figure-row-3'),
    dot: read('--figure-row-0'),
    asked: read('--figure-row-2'),
    goal: read('--figure-target'),
    wrong: read('--vp-c-danger-1'),
  };
}

export function paint(canvas: HTMLCanvasElement, scene: Scene, colours: Colours): void {
  const {world, outlines, asked, velocity, isTouching} = scene;
  const {dot, goal, discs} = world;
  const context = canvas.getContext('2d')!;
  const scale = canvas.width / SIDE;
  context.setTransform(scale, 0, 0, -scale, 0, canvas.height);
  context.clearRect(0, 0, SIDE, SIDE);

  const disc = ([x, y]: Vector, radius: number, colour: string) => {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  };
  const line = (points: readonly (readonly [number, number])[], width: number, colour: string) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.stroke();
  };

  for (const {centre, radius} of discs) disc(centre, radius, colours.disc);
  context.setLineDash([0.05, 0.04]);
  discs.forEach(({centre: [x, y]}, i) => {
    const points = outlines[i] ?? [];
    const closed = [...points, ...points.slice(0, 1)].map(([a, b]) => [x + a, y + b] as const);
    line(closed, 0.02, colours.outline);
  });
  context.setLineDash([]);

  const [x, y] = goal;
  const arm = 0.08;
  line(
    [
      [x - arm, y - arm],
      [x + arm, y + arm],
    ],
    0.035,
    colours.goal,
  );
  line(
    [
      [x - arm, y + arm],
      [x + arm, y - arm],
    ],
    0.035,
    colours.goal,
  );
  const ahead = ([u, v]: Vector) => [dot[0] + 0.4 * u, dot[1] + 0.4 * v] as const;
  line([dot, ahead(asked)], 0.025, colours.asked);
  line([dot, ahead(velocity)], 0.05, isTouching ? colours.wrong : colours.dot);
  disc(dot, 0.07, isTouching ? colours.wrong : colours.dot);
}
