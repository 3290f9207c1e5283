/**
 * @file One small quadratic program after another, on arrays: `prepareQP` and quadprog, warm and cold.
 *
 * The contenders take turns, a stream at a time, so that what else the machine does falls on all of them. Their answers are compared first.
 */
import {cold, gradients, quadprog, tensors, warm, type Contender} from '../small/contenders.js';
import {controlled, nearby, unrelated, type Small} from '../small/streams.js';
import {sameNumbers} from '../row.js';
import {prepareQP} from '../library.js';

const SIZES = [4, 10, 20];
const HORIZONS = [10, 20];
const LEAST = 5;
/** So that the engine has compiled everything before the clock starts. */
const WARM_UP = 20;

export interface SmallOptions {
  only: RegExp;
  /** For each stream, in ms. */
  time: number;
}

interface Stream {
  name: string;
  contenders: (Contender | null)[];
  length: number;
  /** By how much answers may differ, relative to the largest entry. */
  bound: number;
}

/** A table in Markdown: µs per problem. */
export async function smallTable({only, time}: SmallOptions): Promise<string> {
  const lines = ['| what | median, µs | least, µs | ratio | steps |', '| --- | --- | --- | --- | --- |'];
  for (const make of streams()) {
    if (!only.test(make.name)) continue;
    const stream = await make.make();
    lines.push(...measured({name: make.name, ...stream}, time));
  }
  return [...lines, ''].join('\n');
}

function streams(): {name: string; make: () => Promise<Omit<Stream, 'name'>>}[] {
  const sized = SIZES.flatMap((n) => [
    {
      name: `unrelated, n=m=${n}`,
      make: async () => {
        const problems = unrelated(n, n);
        const ours = warm(problems, ['Q', 'p', 'G', 'h']);
        return {contenders: [await quadprog(problems), ours], length: problems.length, bound: 1e-6};
      },
    },
    {
      name: `nearby, n=m=${n}`,
      make: async () => {
        const problems = nearby(n, n);
        const contenders = [await quadprog(problems), warm(problems, ['p', 'h']), gradients(problems)];
        return {contenders, length: problems.length, bound: 1e-6};
      },
    },
  ]);
  const controllers = HORIZONS.map((horizon) => ({
    name: `controller, n=${horizon}, m=${4 * horizon}`,
    make: async () => {
      const problems = controllerStream(horizon);
      const arrays = [await quadprog(problems), warm(problems, ['p', 'h']), cold(problems)];
      const contenders = [...arrays, tensors(problems, true), tensors(problems, false)];
      // Tensors have seven digits.
      return {contenders, length: problems.length, bound: 1e-4};
    },
  }));
  return [...sized, ...controllers];
}

function controllerStream(horizon: number): Small[] {
  return controlled(horizon, (problem) => prepareQP(problem).solve().x);
}

function measured({name, contenders, length, bound}: Stream, time: number): string[] {
  const present = contenders.filter((contender) => contender !== null);
  for (let i = 0; i < WARM_UP; i++) for (const {prepare} of present) prepare().run();
  const [first] = present;
  for (const {name: who, x} of present) {
    if (x.length > 0) x.forEach((values, t) => sameNumbers(`${name}: ${who}`, values, first.x[t], bound));
  }
  const times: number[][] = present.map(() => []);
  const end = performance.now() + time;
  for (let round = 0; round < LEAST || performance.now() < end; round++) {
    present.forEach(({prepare}, i) => {
      const {run} = prepare();
      const start = performance.now();
      run();
      times[i].push(((performance.now() - start) * 1000) / length);
    });
  }
  const ratios = times.map((values) => median(values.map((value, round) => value / times[0][round])));
  return present.map(({name: who, iterations}, i) => {
    const steps = iterations === undefined ? '' : (iterations / length).toFixed(2);
    const numbers = [median(times[i].slice()), Math.min(...times[i])].map((value) => value.toFixed(1));
    return `| ${name}: ${who} | ${numbers.join(' | ')} | ${ratios[i].toFixed(2)} | ${steps} |`;
  });
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
