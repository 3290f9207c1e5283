/** @file Random numbers that a Python script can draw, too. */

/** Random numbers of one seed. */
export interface Random {
  /** Between 0 and 1. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** A whole number from 0 to n − 1. */
  below(n: number): number;
}

/**
 * Number i is a hash of seed + i · 0x6d2b79f5 (the generator mulberry32), so NumPy can draw many at once:
 * `scripts/reference/same_random.py` draws the same numbers.
 */
export function randomNumbers(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    uniform,
    // Box & Muller; 1 − u is never zero.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below: (n) => Math.floor(n * uniform()),
  };
}

/** The numbers 0 to n − 1 in random order. */
export function permutation(n: number, random: Random): number[] {
  const order = Array.from({length: n}, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
