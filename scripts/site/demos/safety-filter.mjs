/** @file Drives through the discs, by pointer and by keys: without a filter the dot gets into one, with the learned barrier it does not. */
import assert from 'node:assert/strict';

/** Frames inside a disc, and all frames, as the page says. */
const counts = (page) =>
  page.$eval('[data-touching]', (element) => element.textContent.match(/\d+/g).map(Number));

/** From side to side at several heights, until `isEnough`. */
async function cross(page, isEnough) {
  const {x, y, width, height} = await (await page.$('[data-world]')).boundingBox();
  for (let i = 0; i < 24 && !isEnough(await counts(page)); i++) {
    await page.mouse.move(x + width * (i % 2 ? 0.05 : 0.95), y + height * (0.2 + 0.1 * (i % 7)));
    await page.evaluate(() => new Promise((resolve) => globalThis.setTimeout(resolve, 2500)));
  }
  return counts(page);
}

export async function useSafetyFilter(page) {
  await page.$eval('[data-world]', (element) => element.scrollIntoView({block: 'center'}));
  await page.click('[data-filter="none"]');
  const [touching] = await cross(page, ([inside]) => inside > 0);
  assert.ok(touching > 0, 'without a filter the dot passes through discs');
  // On its way out of the disc that it is in.
  await page.click('[data-filter="written"]');
  await cross(page, ([, frames]) => frames > 100);
  await page.click('[data-filter="learned"]');
  const [inside, frames] = await cross(page, ([, all]) => all > 200);
  assert.equal(
    inside,
    0,
    `with the learned barrier the dot is inside a disc in ${inside} of ${frames} frames`,
  );
  assert.match(await page.$eval('[data-time]', (element) => element.textContent), /\d µs/);
  await page.focus('[data-world]');
  await page.keyboard.down('ArrowUp');
  await page.waitForFunction(
    (before) => Number(document.querySelector('[data-touching]').textContent.match(/\d+/g)[1]) > before,
    {},
    frames,
  );
  await page.keyboard.up('ArrowUp');
}
