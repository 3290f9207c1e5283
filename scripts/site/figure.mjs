/** @file The figure of the front page: the solution follows what is dragged, and training leads it to the target. */
import assert from 'node:assert/strict';

export const FIGURE = '[data-solution]';

/** What the figure says its solution is. */
async function solution(page) {
  const text = await page.$eval(FIGURE, (element) => element.textContent);
  return text
    .replaceAll('−', '-')
    .match(/-?\d+\.\d+/g)
    .map(Number);
}

async function drag(page, label, dx, dy) {
  const handle = await page.$(`[aria-label^="${label},"] .dot`);
  const {x, y, width, height} = await handle.boundingBox();
  const [from, to] = [x + width / 2, y + height / 2];
  await page.mouse.move(from, to);
  await page.mouse.down();
  await page.mouse.move(from + dx, to + dy, {steps: 8});
  await page.mouse.up();
  await frames(page, 3);
}

const frames = (page, count) =>
  page.evaluate(async (count) => {
    for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
  }, count);

export async function checkFigure(open) {
  const page = await open('');
  await page.waitForSelector(FIGURE);
  const start = await solution(page);
  await drag(page, 'Constraint 1', -60, 0);
  const held = await solution(page);
  assert.ok(
    held[0] < start[0] - 0.3,
    `a constraint was moved left, and the solution from ${start} to ${held}`,
  );

  // The lowest point within the set is the solution.
  await drag(page, 'Minimum of the objective without constraints', -200, 120);
  const centre = await page.$eval('[aria-label^="Minimum of"]', (element) =>
    element.getAttribute('aria-label'),
  );
  const at = /at (-?[\d.]+), (-?[\d.]+)\./.exec(centre).slice(1).map(Number);
  const free = await solution(page);
  assert.ok(
    Math.hypot(free[0] - at[0], free[1] - at[1]) < 0.1,
    `the solution is ${free}, the lowest point ${at}`,
  );

  // With the keyboard.
  await page.$eval('[aria-label^="Minimum of"]', (handle) => handle.focus());
  await page.keyboard.press('ArrowLeft');
  await frames(page, 3);
  assert.ok(
    Math.abs((await solution(page))[0] - (free[0] - 0.1)) < 0.011,
    'an arrow key moves the lowest point',
  );

  const button = (name) => page.locator(`::-p-xpath(//button[contains(., "${name}")])`).click();
  await button('Follow the gradient');
  await page.waitForFunction(
    () => Number(/[\d.]+/.exec(document.querySelector('[data-loss]').textContent)[0]) < 0.002,
    {timeout: 60_000},
  );
  await button('Stop');
  const time = await page.$eval('[data-time]', (element) => element.textContent);
  assert.match(time, /\d µs/);
  await page.close();
  return `${time}, on this machine`;
}
