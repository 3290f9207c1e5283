/**
 * @file What the front page loads: less than 500 kB, compressed or not, and nothing from elsewhere. Not compressed, scripts and styles count, which
 * have to be parsed, whatever they are.
 */
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
  const list = files.map(({name, size}, i) => `${sizes[i]} ${size} ${name}`).join('\n');
  assert.ok(total < LIMIT, `the front page loads ${total} bytes\n${list}`);
  const parsed = files.filter(({name}) => /\.(js|css)$/.test(name)).reduce((sum, {size}) => sum + size, 0);
  assert.ok(parsed < LIMIT, `the front page has ${parsed} bytes of scripts and styles\n${list}`);
  await page.close();
  return `${Math.round(total / 1000)} kB; scripts and styles ${Math.round(parsed / 1000)} kB before compression`;
}
