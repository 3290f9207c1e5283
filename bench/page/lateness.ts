/** @file How late a timer is while something else runs: what a user of the page would feel. */

const EVERY = 5;

/** Calls `work` beside a timer of 5 ms. @returns Its value, and the most milliseconds that the timer was late. */
export async function latenessDuring<T>(work: () => Promise<T>): Promise<{late: number; value: T}> {
  let late = 0;
  let due = performance.now() + EVERY;
  let timer: ReturnType<typeof setTimeout>;
  const tick = () => {
    late = Math.max(late, performance.now() - due);
    due = performance.now() + EVERY;
    timer = setTimeout(tick, EVERY);
  };
  timer = setTimeout(tick, EVERY);
  try {
    const value = await work();
    late = Math.max(late, performance.now() - due);
    return {late, value};
  } finally {
    clearTimeout(timer);
  }
}
