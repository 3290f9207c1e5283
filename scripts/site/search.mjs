/** @file The search works without another server, by keyboard. */
import assert from 'node:assert/strict';

export async function checkSearch(open) {
  const page = await open('lessons/index.html');
  await page.keyboard.down('Control');
  await page.keyboard.press('k');
  await page.keyboard.up('Control');
  await page.waitForSelector('.VPLocalSearchBox input');
  await page.type('.VPLocalSearchBox input', 'multiplier');
  await page.waitForSelector('.VPLocalSearchBox .result', {timeout: 60_000});
  const found = await page.$$eval('.VPLocalSearchBox .result', (results) =>
    results.map(({textContent}) => textContent),
  );
  assert.ok(
    found.some((text) => /lossary/.test(text)),
    `found ${found.join('; ')}`,
  );
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !location.pathname.endsWith('/lessons/index.html'));
  await page.close();
  return `${found.length} results`;
}
