/**
 * @file A script: what calls of a prepared quadratic program allocate, in bytes per call, as JSON. In a process of its own, because what
 * the engine allocates depends on how it has compiled a function, and so on what else has called it.
 */
import {Session, type HeapProfiler} from 'node:inspector';
import {prepareQP} from '../../src/index.js';

const EYE = [1, 0, 0, 1];
const nearest = () => prepareQP({Q: EYE, p: [-2, -1], G: EYE, h: [1, 1], A: [1, 1], b: [1]});
const changes = Array.from({length: 100}, (_, i) => ({
  p: Float64Array.of(Math.sin(i) * 3, Math.cos(i)),
  h: Float64Array.of(1 + Math.sin(0.3 * i), i % 10 === 0 ? Infinity : 1),
  b: Float64Array.of(1 + 0.1 * Math.cos(i)),
}));
const matrices = changes.map((change, i) => ({
  ...change,
  Q: Float64Array.of(2 + Math.sin(i), 0.1, 0.1, 1),
  G: Float64Array.of(1, 0.1 * Math.cos(i), 0, 1),
  A: Float64Array.of(1, 1 + 0.2 * Math.sin(i)),
}));
const unsolvable = [-2, -3, NaN].map((bound) => ({h: Float64Array.of(bound, 1)}));
const bounds = changes.map(({p}, i) => ({
  p,
  lower: Float64Array.of(-1, i % 10 === 0 ? -Infinity : -0.5),
  upper: Float64Array.of(1 + Math.sin(0.3 * i), i % 7 === 0 ? -0.5 : 1),
}));
const cotangent = Float64Array.of(1, 2);

const [first, second] = [nearest(), nearest()];
const third = prepareQP({Q: [1], p: [-5], G: [1, -1], h: [1, 1]});
const fourth = prepareQP({Q: EYE, p: [-2, -1], A: [1, 1], b: [1], lower: [-1, -1], upper: [1, 1]});
let sum = 0;
const calls = {
  vectors(i: number) {
    sum += first.solve(changes[i % changes.length]).x[0];
    sum += first.gradient(cotangent).p[0];
  },
  matrices: (i: number) => void second.solve(matrices[i % matrices.length]),
  bounds(i: number) {
    sum += fourth.solve(bounds[i % bounds.length]).x[0];
    sum += fourth.gradient(cotangent).p[0];
  },
  unsolvable: (i: number) => void third.solve(unsolvable[i % 3]),
  /** For comparison. */
  array: (i: number) => void (sum += changes[i % changes.length].p.slice()[0]),
};
console.log(
  JSON.stringify(Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, bytesPerCall(call)]))),
);

/** What a call allocates once the engine has compiled it, garbage included: the least of some rounds, because that may take a while. */
function bytesPerCall(call: (i: number) => void): number {
  const [WARM_UP, ROUNDS] = [60_000, 6];
  for (let i = 0; i < WARM_UP; i++) call(i);
  return Math.min(...Array.from({length: ROUNDS}, () => bytesInRound(call)));
}

/** The profiler looks at a sample. */
function bytesInRound(call: (i: number) => void): number {
  const CALLS = 40_000;
  const session = new Session();
  session.connect();
  const options = {includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true};
  session.post('HeapProfiler.startSampling', {samplingInterval: 1024, ...options});
  for (let i = 0; i < CALLS; i++) call(i);
  let total = 0;
  session.post('HeapProfiler.stopSampling', (_, {profile}) => {
    const add = ({selfSize, children}: HeapProfiler.SamplingHeapProfileNode) => {
      total += selfSize;
      children.forEach(add);
    };
    add(profile.head);
  });
  session.disconnect();
  return total / CALLS;
}
