/**
 * @file Each demo trains to its stated result, in a small setting, on wasm; one also on WebGPU where there is one. Each answers what a reader would ask.
 */
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import {URL} from 'node:url';
import {faultsOf, LOOKS} from './accessibility.mjs';
import {useDecision} from './demos/decision.mjs';
import {useDenoising} from './demos/denoising.mjs';
import {useSafetyFilter} from './demos/safety-filter.mjs';

const WAIT = {timeout: 240_000};

/** What a reader does in each demo after the training, and what must come of it. */
const USES = {
  async sudoku(page) {
    await page.click('[data-clear]');
    // By keyboard: the first row but its last cell.
    await page.focus('[data-own] [data-cell="0"]');
    for (const digit of [1, 2, 3]) {
      await page.keyboard.press(String(digit));
      await page.keyboard.press('ArrowRight');
    }
    await page.click('[data-solve]');
    await page.waitForSelector('[data-own] .answer');
    const row = await page.$$eval('[data-own] [data-cell]', (cells) =>
      cells.slice(0, 4).map(({dataset}) => Number(dataset.digit)),
    );
    assert.deepEqual(row.slice(0, 3), [1, 2, 3]);
    assert.ok(row[3] >= 1 && row[3] <= 4, `the last cell of the row is ${row[3]}`);
  },

  async sorting(page) {
    // Blue, grey, red: from cold to warm.
    const colours = ['#2040e0', '#3050c0', '#707090', '#907070', '#c05030', '#e04020'];
    await page.evaluate((colours) => {
      document.querySelectorAll('[data-own]').forEach((input, i) => {
        input.value = colours[i];
        input.dispatchEvent(new globalThis.Event('input', {bubbles: true}));
      });
    }, colours);
    const places = () =>
      page.$$eval('.dot', (dots) => dots.map(({dataset}) => Math.round(10 * Number(dataset.rank)) / 10));
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('.dot')]
          .map(({dataset}) => Number(dataset.rank))
          .every((r, i, all) => i === 0 || r > all[i - 1]),
      WAIT,
    );
    const exact = await places();
    await page.$eval('[data-strength]', (slider) => {
      slider.value = 2;
      slider.dispatchEvent(new globalThis.Event('input', {bubbles: true}));
    });
    await page.waitForFunction(
      (span) => {
        const ranks = [...document.querySelectorAll('.dot')].map(({dataset}) => Number(dataset.rank));
        return ranks.at(-1) - ranks[0] < span / 2;
      },
      WAIT,
      exact.at(-1) - exact[0],
    );
  },

  async digits(page) {
    // A one: a stroke from the top to the bottom.
    const {x, y, width, height} = await (await page.$('[data-pad]')).boundingBox();
    await page.mouse.move(x + width / 2, y + height / 6);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + (height * 5) / 6, {steps: 10});
    await page.mouse.up();
    await page.waitForFunction(() => /^A 1\./.test(document.querySelector('[data-said]').textContent), WAIT);
    await page.click('[data-take]');
    await page.waitForFunction(() => document.querySelectorAll('[data-pad] path').length === 0);
  },

  'safety-filter': useSafetyFilter,
  decision: useDecision,
  denoising: useDenoising,
};

/** The demo that also trains on WebGPU, which is slow in software. */
const ON_WEBGPU = 'sorting';

/** Trains until it says that the result is reached. @returns What the page says. */
async function train(page, backend) {
  if (backend === 'webgpu') {
    await page.waitForSelector('[data-backend] option[value="webgpu"]', WAIT);
    await page.select('[data-backend]', 'webgpu');
  }
  await page.click('[data-start]');
  await page.waitForSelector('.demo[data-state="done"], .demo[data-state="failed"]', WAIT);
  const [reached, status, result] = await page.$eval('.demo', (demo) => [
    demo.dataset.reached,
    demo.querySelector('.status').textContent,
    demo.querySelector('[data-result]').textContent,
  ]);
  assert.equal(reached, 'true', `${backend}: ${status} ${result}`);
  return result.split(':').at(-1).trim();
}

/** Pauses in the midst, and resets. */
async function checkButtons(page) {
  await page.select('[data-speed]', 'slow');
  await page.click('[data-start]');
  await page.waitForSelector('.demo[data-state="running"]', WAIT);
  await page.waitForFunction(
    () => Number.parseInt(document.querySelector('[data-step]').textContent) > 1,
    WAIT,
  );
  await page.click('[data-toggle]');
  await page.waitForSelector('.demo[data-state="paused"]');
  await page.click('[data-reset]');
  await page.waitForSelector('.demo[data-state="idle"]');
  await page.select('[data-speed]', 'full');
}

/** The demos have a page each. */
export const DEMOS = readdirSync(new URL('../../site/demos', import.meta.url))
  .filter((file) => file.endsWith('.md') && file !== 'index.md')
  .map((file) => file.slice(0, -'.md'.length));

const hasWebGPU = (page) => page.evaluate(async () => !!(await navigator.gpu?.requestAdapter()));

/** In all looks, with all that the demo shows at its end. */
async function faultsInAllLooks(page, name) {
  const found = [];
  for (const [look, {width = 1280, height = 900, scheme = 'light'}] of Object.entries(LOOKS)) {
    await page.setViewport({width, height});
    await page.emulateMediaFeatures([
      {name: 'prefers-color-scheme', value: scheme},
      {name: 'prefers-reduced-motion', value: 'reduce'},
    ]);
    await page.evaluate(() => new Promise((resolve) => globalThis.setTimeout(resolve, 300)));
    found.push(...(await faultsOf(page, `${name}, ${look}`, width)));
  }
  return found;
}

export async function checkDemos(open) {
  const said = [];
  const faults = [];
  for (const name of DEMOS) {
    const page = await open(`demos/${name}.html?quick`);
    await page.waitForSelector('[data-start]:not(:disabled)', WAIT);
    if (name === ON_WEBGPU) await checkButtons(page);
    said.push(`${name} ${await train(page, 'wasm')}`);
    await USES[name]?.(page);
    faults.push(...(await faultsInAllLooks(page, name)));
    if (name === ON_WEBGPU && (await hasWebGPU(page))) {
      await page.click('[data-reset]');
      said.push(`${name} on WebGPU ${await train(page, 'webgpu')}`);
    }
    await page.close();
  }
  assert.deepEqual(faults, []);
  return said.join('; ');
}
