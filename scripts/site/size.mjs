/** @file What the front page loads, as it comes over the network without compression: less than 500 kB, and nothing of tfjs's. */
import assert from 'node:assert/strict';

const LIMIT = 500_000;

export async function checkSize(open) {
  const page = await open('');
  await page.waitForSelector('[data-solution]');
  const files = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
      ({name, decodedBodySize}) => ({name, size: decodedBodySize}),
    ),
  );
  const own = new URL(page.url()).host;
  const foreign = files.filter(({name}) => /^https?:/.test(name) && new URL(name).host !== own);
  assert.deepEqual(foreign, [], 'nothing comes from elsewhere');
  const total = files.reduce((sum, {size}) => sum + size, 0);
  assert.ok(total < LIMIT, `the front page loads ${total} bytes\n${files.map(({name, size}) => `${size} ${name}`).join('\n')}`);
  await page.close();
  return `${Math.round(total / 1000)} kB`;
}
