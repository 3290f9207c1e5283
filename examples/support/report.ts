/** @file What an experiment tells while it runs. */

/**
 * Called after each step of an experiment, which awaits it: a program shows a progress bar, a page paints.
 *
 * @param note A few words on what was done.
 */
export type Report = (done: number, total: number, note?: string) => void | Promise<void>;
