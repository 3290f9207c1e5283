/** @file How late a timer is while something else runs: what a user of the page would feel. */

const EVERY = 5;

/** Calls `work` while there is a timer of 5 ms. @returns Its value, and by how many milliseconds the timer was late each time. */
export async function latenessDuring<T>(work: () => Promise<T>): Promise<{late: number[]; value: T}> {
  const late: number[] = [];
  let due = performance.now() + EVERY;
  let timer: ReturnType<typeof setTimeout>;
  const tick = () => {
    late.push(Math.max(0, performance.now() - due));
    due = performance.now() + EVERY;
    timer = setTimeout(tick, EVERY);
  };
  timer = setTimeout(tick, EVERY);
  try {
    const value = await work();
    late.push(Math.max(0, performance.now() - due));
    return {late, value};
  } finally {
    clearTimeout(timer);
  }
}
