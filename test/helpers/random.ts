/** @file A Math.random that begins anew with each test. */

/** Another stream for all tests: TEST_SEED=n explores. */
const STREAM = process.env.TEST_SEED ?? '1';

/** Numbers in [0, 1) that `name` determines: Mulberry32 on a hash of it. */
export function randomOf(name: string): () => number {
  let state = 2166136261;
  for (const letter of `${STREAM} ${name}`) state = Math.imul(state ^ letter.codePointAt(0)!, 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From here on Math.random gives the numbers of `name`. */
export function seedRandom(name: string): void {
  Math.random = randomOf(name);
}
