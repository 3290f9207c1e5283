/** @file An animation with a quadratic program in each frame: which frames were missed, and what the page's code took of them. */
import type {PageResult} from '../../examples/safety-filter/page.js';
import type {Browser} from './browser.js';
import {droppedFrames, marks, workOf, type Work} from './trace.js';

/** Milliseconds between two frames. */
export const FRAME = 1000 / 60;
/** If the filter took more of the processor, it could be why the next frame was missed: a quarter of a frame. */
export const LIGHT = FRAME / 4;
/** As the page calls it. */
const MARK = 'safety filter';

/** One frame, in ms. */
export interface Frame {
  /** Since the frame before. */
  gap: number;
  /** The callback with the filter, and that with everything else. */
  filter: Work;
  rest: Work;
}

/** A run of the animation. */
export interface FrameRun {
  counts: Omit<PageResult, 'times'>;
  frames: Frame[];
  /** Frames that were missed, and those among them after a filter that was not light. */
  missed: number;
  ours: number;
  /** Frames that the compositor reports as dropped, for any reason. */
  dropped: number;
  /** Tasks of 50 ms or more by the clock, and those that had 50 ms of the processor. */
  longTasks: number;
  longOfProcessor: number;
}

/** How many frames were missed in that time between two. */
export const missedIn = (gap: number) => Math.max(0, Math.round(gap / FRAME) - 1);

/** @param filter Without it, the same animation runs alone. */
export async function runFrames(browser: Browser, count: number, filter: boolean): Promise<FrameRun> {
  const {value, trace} = await browser.visit(
    `safety-filter.html?frames=${count}${filter ? '' : '&filter=off'}`,
    async (page) => {
      await page.evaluate('window.start()');
      await page.waitForFunction('window.result', {timeout: 40 * count + 60_000, polling: 500});
      return (await page.evaluate('window.result')) as PageResult;
    },
    MARK,
  );
  const callbacks = workOf(trace!, 'FireAnimationFrame');
  const steering = marks(trace!, MARK).map(({start}) => start);
  if (callbacks.length !== 2 * count || steering.length !== count) {
    throw new Error(
      `The trace has ${callbacks.length} callbacks and ${steering.length} marks for ${count} frames.`,
    );
  }
  const frames = steering.map((_, i): Frame => {
    const [one, other] = [callbacks[2 * i], callbacks[2 * i + 1]];
    const gap = i === 0 ? FRAME : one.start - callbacks[2 * i - 2].start;
    return {gap, filter: one, rest: other};
  });
  const isLight = ({filter}: Frame) => filter.processor <= LIGHT;
  const missed = (from: (before: Frame) => boolean) =>
    frames.slice(1).reduce((sum, {gap}, i) => sum + (from(frames[i]) ? missedIn(gap) : 0), 0);
  const tasks = workOf(trace!, 'RunTask').filter(({start}) => start >= callbacks[0].start);
  const {frames: shown, solved, touching} = value;
  return {
    counts: {frames: shown, solved, touching},
    frames,
    missed: missed(() => true),
    ours: missed((before) => !isLight(before)),
    dropped: droppedFrames(trace!),
    longTasks: tasks.filter(({clock}) => clock >= 50).length,
    longOfProcessor: tasks.filter(({processor}) => processor >= 50).length,
  };
}
