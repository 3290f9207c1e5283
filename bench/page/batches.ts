/** @file `solveQPAsync` in a page: how late a timer is beside it, how soon it stops, and how long it takes. */
import type {Setup} from '../problems.js';
import type {BatchTimes, RowsResult} from './batch.js';
import type {Browser} from './browser.js';
import {marks, workOf} from './trace.js';

/** A run of `solveQPAsync`, and the longest of its tasks, in ms. */
export interface BatchRun extends BatchTimes {
  longestByClock: number;
  longestOfProcessor: number;
}

/** As the page calls it. */
const MARK = 'solveQPAsync';

/** @param rounds Solves, each compared with a blocking one. */
export async function runBatches(
  browser: Browser,
  backend: string,
  setup: Setup,
  rounds: number,
): Promise<BatchRun> {
  const {value, trace} = await browser.visit(
    'batch.html',
    async (page) => {
      await page.waitForFunction('window.start');
      await page.evaluate(`start('${backend}')`);
      return (await page.evaluate(`measureBatch(${JSON.stringify(setup)}, ${rounds})`)) as BatchTimes;
    },
    MARK,
  );
  const solves = marks(trace!, MARK);
  const tasks = workOf(trace!, 'RunTask').filter(({start, clock}) =>
    solves.some((solve) => start + clock > solve.start && start < solve.end),
  );
  return {
    ...value,
    longestByClock: Math.max(...tasks.map(({clock}) => clock)),
    longestOfProcessor: Math.max(...tasks.map(({processor}) => processor)),
  };
}

/** One problem of many rows, and megabytes of the page before and after it as the browser counts them; null if it was not asked. */
export interface RowsRun extends RowsResult {
  before: number | null;
  after: number | null;
}

/** @param weigh Whether to ask for the memory; the browser answers after some ten seconds. */
export async function runRows(browser: Browser, rows: number, weigh: boolean): Promise<RowsRun> {
  const megabytes = 'performance.measureUserAgentSpecificMemory().then(({bytes}) => bytes / 1e6)';
  const {value} = await browser.visit('batch.html', async (page) => {
    const memory = async () => (weigh ? ((await page.evaluate(megabytes)) as number) : null);
    await page.waitForFunction('window.start');
    await page.evaluate(`start('wasm')`);
    const before = await memory();
    const result = (await page.evaluate(`measureRows(${rows})`)) as RowsResult;
    return {...result, before, after: await memory()};
  });
  return value;
}
