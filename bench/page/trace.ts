/** @file Reads a trace of Chromium: what the page's main thread did, by the clock and in time of the processor. */

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  /** Of the processor: without the time in which the machine did something else. */
  tdur?: number;
  args?: {frame_reporter?: {state: string}};
}

/** A piece of work of the main thread, in ms. */
export interface Work {
  start: number;
  clock: number;
  processor: number;
}

/** A trace, and the main thread of the page that set the marks. */
export interface Trace {
  events: TraceEvent[];
  pid: number;
  tid: number;
}

/** What a trace must hold for the functions below. */
export const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  'blink.user_timing',
];

/** @param mark The name of a `performance.measure` that the page has made. */
export function readTrace(buffer: Uint8Array, mark: string): Trace {
  const {traceEvents: events} = JSON.parse(new TextDecoder().decode(buffer)) as {traceEvents: TraceEvent[]};
  const first = events.find(({name}) => name === mark);
  if (!first) throw new Error(`The trace has no '${mark}'.`);
  return {events, pid: first.pid, tid: first.tid};
}

/** From when to when the marks of that name reached. */
export function marks({events, pid}: Trace, mark: string): {start: number; end: number}[] {
  const times = (phase: string) =>
    events
      .filter(({name, ph, pid: own}) => name === mark && ph === phase && own === pid)
      .map(({ts}) => ts / 1000)
      .sort((a, b) => a - b);
  const ends = times('e');
  return times('b').map((start, i) => ({start, end: ends[i]}));
}

/** The main thread's events of that name, in order: 'RunTask' or 'FireAnimationFrame'. */
export function workOf({events, pid, tid}: Trace, name: string): Work[] {
  return events
    .filter((event) => event.name === name && event.ph === 'X' && event.pid === pid && event.tid === tid)
    .map(({ts, dur = 0, tdur = 0}) => ({start: ts / 1000, clock: dur / 1000, processor: tdur / 1000}))
    .sort((a, b) => a.start - b.start);
}

/** How many frames of the page the compositor says it has dropped. */
export function droppedFrames({events, pid}: Trace): number {
  return events.filter(
    ({name, ph, pid: own, args}) =>
      name === 'PipelineReporter' &&
      ph === 'b' &&
      own === pid &&
      args?.frame_reporter?.state === 'STATE_DROPPED',
  ).length;
}
