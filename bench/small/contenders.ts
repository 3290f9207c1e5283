/** @file Who solves the streams of small quadratic programs: `prepareQP`, warm and cold, `solveQP`, and quadprog. */
import * as tf from '@tensorflow/tfjs';
import type {QPResult} from '../../src/index.js';
import {prepareQP, solveQP} from '../library.js';
import {optional} from '../peers/optional.js';
import type {Small} from './streams.js';

/** Solves the whole stream. What is made before that, once a round, is not timed. */
export interface Contender {
  name: string;
  /** @returns The work: solutions, and the steps of each if they are counted. */
  prepare: () => {run: () => void};
  /** Of each problem, in the latest run. */
  x: number[][];
  /** Of the whole stream, in the latest run. */
  iterations?: number;
}

const flat = ({Q, p, G, h}: Small) => ({
  Q: Float64Array.from(Q.flat()),
  p: Float64Array.from(p),
  G: Float64Array.from(G.flat()),
  h: Float64Array.from(h),
});

/** One prepared problem. @param changing The data that each call gives. */
export function warm(stream: Small[], changing: ('Q' | 'p' | 'G' | 'h')[]): Contender {
  const qp = prepareQP(stream[0]);
  const changes = stream.map((problem) => {
    const all = flat(problem);
    return Object.fromEntries(changing.map((name) => [name, all[name]]));
  });
  const x = stream.map(({p}) => new Float64Array(p.length));
  const contender: Contender = {name: 'prepareQP', prepare: () => ({run}), x: [], iterations: 0};
  function run() {
    let iterations = 0;
    for (let t = 0; t < changes.length; t++) {
      const result = qp.solve(changes[t]);
      x[t].set(result.x);
      iterations += result.iterations;
    }
    contender.iterations = iterations;
    contender.x = x as unknown as number[][];
  }
  return contender;
}

/** The same, but every solve starts without a row in the active set: one is prepared for each problem, and forgets. */
export function cold(stream: Small[]): Contender {
  const free = new Float64Array(stream[0].h.length).fill(Infinity);
  const each = stream.map((problem) => ({qp: prepareQP(problem), ...flat(problem)}));
  const contender: Contender = {name: 'prepareQP, cold', prepare, x: [], iterations: 0};
  function prepare() {
    // Without bounds, no row is active.
    for (const {qp} of each) qp.solve({h: free});
    return {run};
  }
  function run() {
    const results = each.map(({qp, p, h}) => qp.solve({p, h}));
    contender.x = results.map(({x}) => x) as unknown as number[][];
    contender.iterations = results.reduce((sum, {iterations}) => sum + iterations, 0);
  }
  return contender;
}

/** ∂x/∂(Q, p, G, h) for a cotangent, at the solution of one problem after another. */
export function gradients(stream: Small[]): Contender {
  const each = stream.map((problem) => prepareQP(problem));
  const cotangent = new Float64Array(stream[0].p.length).fill(1);
  for (const qp of each) qp.solve();
  const run = () => each.forEach((qp) => qp.gradient(cotangent));
  return {name: 'prepareQP, gradient', prepare: () => ({run}), x: []};
}

/** The tensors of one problem at a time. @param initial Whether each solve starts from the last solution. */
export function tensors(stream: Small[], initial: boolean): Contender {
  const [Q, G] = [tf.tensor(stream[0].Q), tf.tensor(stream[0].G)];
  const each = stream.map(({p, h}) => ({Q, p: tf.tensor(p), G, h: tf.tensor(h)}));
  const name = `solveQP${initial ? ' with initial' : ''}`;
  const contender: Contender = {name, prepare: () => ({run}), x: [], iterations: 0};
  function run() {
    let last: QPResult | null = null;
    contender.iterations = 0;
    contender.x = each.map((problem) => {
      const result: QPResult = solveQP(problem, {initial: initial ? last : null});
      if (last) tf.dispose(last as never);
      last = result;
      contender.iterations! += result.iterations.dataSync()[0];
      return Array.from(result.x.dataSync());
    });
    tf.dispose(last as never);
  }
  return contender;
}

/** Goldfarb and Idnani's method, from nothing, in plain lists whose indices start at 1. */
export async function quadprog(stream: Small[]): Promise<Contender | null> {
  const peer = await optional('quadprog', () => import('quadprog'));
  if (!peer) return null;
  const contender: Contender = {name: 'quadprog', prepare, x: []};
  const one = (values: number[]) => [0, ...values];
  // It overwrites what it is given.
  function prepare() {
    const each = stream.map(({Q, p, G, h}) => ({
      D: [[], ...Q.map(one)],
      d: one(p.map((value) => -value)),
      A: [[], ...p.map((_, j) => one(G.map((row) => -row[j])))],
      b: one(h.map((value) => -value)),
    }));
    const run = () => {
      contender.x = each.map(({D, d, A, b}) => peer!.default.solveQP(D, d, A, b, 0).solution);
    };
    return {
      run() {
        run();
        contender.x = contender.x.map((x) => x.slice(1));
      },
    };
  }
  return contender;
}
