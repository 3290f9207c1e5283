/** @file What the front page loads, compressed as by a static host: less than 500 kB, and nothing from elsewhere. */
import {gzipSync} from 'node:zlib';
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
  const sizes = await Promise.all(
    files.map(async ({name}) => gzipSync(Buffer.from(await (await fetch(name)).arrayBuffer())).length),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const list = files.map(({name}, i) => `${sizes[i]} ${name}`).join('\n');
  assert.ok(total < LIMIT, `the front page loads ${total} bytes\n${list}`);
  const plain = files.reduce((sum, {size}) => sum + size, 0);
  await page.close();
  return `${Math.round(total / 1000)} kB, ${Math.round(plain / 1000)} kB before compression`;
}
