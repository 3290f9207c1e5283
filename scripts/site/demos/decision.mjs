/** @file Another day, and a day of the reader's own: no path is better than the best one. */
import assert from 'node:assert/strict';

const costs = (page) =>
  page.$$eval('[data-route] td', (cells) => cells.map((cell) => Number.parseFloat(cell.textContent)));

async function check(page, before) {
  await page.waitForFunction(
    (old) => [...document.querySelectorAll('[data-route] td')].map((cell) => cell.textContent).join() !== old,
    {timeout: 60_000},
    before.map((cost) => cost.toFixed(2)).join(),
  );
  const [best, ...others] = await costs(page);
  for (const cost of others) assert.ok(cost >= best - 0.01, `a path costs ${cost}, the best one ${best}`);
}

export async function useDecision(page) {
  const before = await costs(page);
  await page.click('[data-another]');
  await check(page, before);
  const after = await costs(page);
  await page.$eval('[data-feature="1"]', (slider) => {
    slider.value = Number(slider.value) > 0 ? -2 : 2;
    slider.dispatchEvent(new globalThis.Event('input', {bubbles: true}));
  });
  await check(page, after);
}
