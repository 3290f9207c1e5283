/**
 * @file The safety filter in a page: one quadratic program in each frame of an animation.
 *
 * `?frames=600` starts it by `window.start()`, ends it and puts what was counted into `window.result`; `?filter=off` shows the same
 * animation without the filter.
 */
import {randomNumbers} from '../support/random.js';
import {SafetyFilter} from './filter.js';
import {clearance, makeWorld, step, towardsGoal, type Vector, type World} from './world.js';

/** What a run counts. */
export interface PageResult {
  frames: number;
  solved: number;
  /** Frames in which the dot was inside a disc. */
  touching: number;
  /** Milliseconds of the filter in each frame, by the clock. */
  times: number[];
}

/** The name under which a trace shows the callback with the filter. */
const MARK = 'safety filter';

const SIZE = 4;
const REACHED = 0.05;
const query = new URLSearchParams(location.search);
const last = Number(query.get('frames') ?? Infinity);
const isOn = query.get('filter') !== 'off';
const canvas = document.querySelector('canvas')!;
const context = canvas.getContext('2d')!;
const status = document.getElementById('status')!;

let world = makeWorld(randomNumbers(Number(query.get('seed') ?? 1)));
/** Where it goes next when it has arrived. */
let next = world.dot;
const filter = new SafetyFilter(world.discs.length);
const result: PageResult = {frames: 0, solved: 0, touching: 0, times: []};

canvas.onpointermove = (event) => {
  const {left, bottom, width, height} = canvas.getBoundingClientRect();
  const goal: Vector = [(SIZE * (event.clientX - left)) / width, (SIZE * (bottom - event.clientY)) / height];
  world = {...world, goal};
};

/** Two callbacks a frame, so that a trace tells the filter and the drawing apart. */
function steer(): void {
  const asked = towardsGoal(world);
  const start = performance.now();
  const {velocity, solved} = isOn ? filter.apply(world, asked) : {velocity: asked, solved: false};
  result.times.push(performance.now() - start);
  performance.measure(MARK, {start});
  if (solved) result.solved++;
  world = step(world, velocity);
}

function show(): void {
  if (Math.hypot(world.dot[0] - world.goal[0], world.dot[1] - world.goal[1]) < REACHED) {
    [world, next] = [{...world, goal: next}, world.goal];
  }
  result.frames++;
  if (world.discs.some((disc) => clearance(world.dot, disc) < 0)) result.touching++;
  draw(world);
  if (result.frames < last) request();
  else Object.assign(window, {result});
}

function request(): void {
  requestAnimationFrame(steer);
  requestAnimationFrame(show);
}

function draw({dot, goal, discs}: World): void {
  const scale = canvas.width / SIZE;
  context.setTransform(scale, 0, 0, -scale, 0, canvas.height);
  context.clearRect(0, 0, SIZE, SIZE);
  const round = ([x, y]: Vector, radius: number, colour: string) => {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  };
  for (const {centre, radius} of discs) round(centre, radius, '#8a929c');
  round(dot, 0.05, '#0072b2');
  context.lineWidth = 0.02;
  context.beginPath();
  for (const [dx, dy] of [
    [0.08, 0.08],
    [0.08, -0.08],
  ]) {
    context.moveTo(goal[0] - dx, goal[1] - dy);
    context.lineTo(goal[0] + dx, goal[1] + dy);
  }
  context.stroke();
  // Text in each frame would cost more than the rest.
  if (result.frames % 60 !== 0) return;
  const latest = result.times.slice(-60).sort((a, b) => a - b);
  const median = isOn
    ? `${(1000 * latest[latest.length >> 1]).toFixed(0)} µs a frame for the filter`
    : 'no filter';
  status.textContent = `${result.frames} frames, ${result.touching} of them inside a disc; ${median}`;
}

// The first call compiles the code: before the animation, not within its first frame.
filter.apply(world, towardsGoal(world));
if (last === Infinity) request();
else Object.assign(window, {start: request});
