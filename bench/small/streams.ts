/** @file Streams of small quadratic programs as arrays: unrelated ones, problems near each other, and those of a controller. */
import seedrandom from 'seedrandom';

/** min ½ xᵀQx + pᵀx subject to Gx ≤ h. */
export interface Small {
  Q: number[][];
  p: number[];
  G: number[][];
  h: number[];
}

const LENGTH = 100;
const steps = Array.from({length: LENGTH}, (_, t) => t);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, j) => sum + v * b[j], 0);

/** Problems as in `bench/problems.ts`, without equalities. Each has matrices of its own. */
export function unrelated(n: number, m: number): Small[] {
  const random = seedrandom(`${n} ${m}`);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows = (count: number) => Array.from({length: count}, () => Array.from({length: n}, normal));
  return steps.map(() => {
    const L = rows(n);
    const Q = L.map((a, i) => L.map((b, j) => dot(a, b) / n + (i === j ? 1e-3 : 0)));
    const [z, p] = rows(2);
    const G = rows(m);
    return {Q, p, G, h: G.map((g) => dot(g, z) + random())};
  });
}

/** One of them whose p and h go round in small circles. */
export function nearby(n: number, m: number): Small[] {
  const [{Q, p, G, h}] = unrelated(n, m);
  return steps.map((t) => ({
    ...{Q, G},
    p: p.map((value, j) => value + 0.1 * Math.sin(t / 10 + j)),
    h: h.map((value, i) => value + 0.05 * Math.cos(t / 7 + 2 * i)),
  }));
}

/**
 * Model predictive control of a cart (position and speed; the input is its acceleration) that follows a target which jumps now and then,
 * with bounds on the next `horizon` inputs and speeds. The states are eliminated, so n = horizon and m = 4·horizon; p and h follow from the
 * measured state. The loop is closed: the first input of each solution moves the cart, and so does a disturbance.
 *
 * @param solve Returns the inputs.
 */
export function controlled(horizon: number, solve: (problem: Small) => ArrayLike<number>): Small[] {
  const random = seedrandom('cart');
  const dt = 0.1;
  const range = Array.from({length: horizon}, (_, i) => i);
  // After step i, input j has changed the speed by dt and the position by this.
  const speed = range.map((i) => range.map((j) => (j <= i ? dt : 0)));
  const position = range.map((i) => range.map((j) => (j <= i ? dt * dt * (i - j + 0.5) : 0)));
  const Q = range.map((a) =>
    range.map((b) =>
      range.reduce(
        (sum, i) => sum + position[i][a] * position[i][b] + 0.05 * speed[i][a] * speed[i][b],
        a === b ? 0.002 : 0,
      ),
    ),
  );
  const minus = (row: number[]) => row.map((value) => -value);
  const identity = range.map((i) => range.map((j) => Number(i === j)));
  const G = [...identity, ...identity.map(minus), ...speed, ...speed.map(minus)];
  let [at, pace] = [0, 0];
  return steps.map((t) => {
    const target = [1, -0.5, 0.7][Math.floor(t / 34)];
    const p = range.map((j) =>
      range.reduce((sum, i) => {
        const off = at + dt * (i + 1) * pace - target;
        return sum + position[i][j] * off + 0.05 * speed[i][j] * pace;
      }, 0),
    );
    const limits = (limit: number) => range.map(() => limit);
    const problem = {Q, p, G, h: [...limits(1), ...limits(1), ...limits(0.5 - pace), ...limits(0.5 + pace)]};
    const [push] = [...Array.from(solve(problem))];
    at += dt * pace + (dt * dt * push) / 2;
    pace += dt * push + 0.005 * (random() - 0.5);
    pace = Math.max(-0.499, Math.min(0.499, pace));
    return problem;
  });
}
