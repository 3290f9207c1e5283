/** @file Code of a lesson runs in the page, on wasm and on WebGPU where there is one, and runs otherwise once it is edited. */
import assert from 'node:assert/strict';

const FIRST = 'lessons/01-what-is-an-optimization-layer.html';

/** Runs the page's first block. @returns What it writes. */
async function run(page) {
  await page.click('.live [data-run]');
  await page.waitForSelector('.live[data-state="done"], .live[data-state="failed"]', {timeout: 200_000});
  const [state, output] = await page.$eval('.live', (live) => [
    live.dataset.state,
    live.querySelector('.output').textContent,
  ]);
  assert.equal(state, 'done', output);
  return output;
}

export async function checkLessons(open) {
  const page = await open(FIRST);
  assert.match(await run(page), /\[0\],\s*\[0\],\s*\[0\.5\],\s*\[3\]/);

  await page.click('.live [data-edit]');
  const editor = await page.waitForSelector('.live .cm-content');
  const add = async (line) => {
    await editor.focus();
    await page.keyboard.down('Control');
    await page.keyboard.press('End');
    await page.keyboard.up('Control');
    await page.keyboard.type(`\n${line}`);
  };
  await add('console.log(6 * 7);');
  assert.match(await run(page), /42/);

  await add('noSuchThing();');
  await page.click('.live [data-run]');
  await page.waitForSelector('.live[data-state="failed"]', {timeout: 60_000});
  const message = await page.$eval('.live .output', (output) => output.textContent);
  assert.match(message, /noSuchThing is not defined \(line \d+\)/);

  await page.close();
  return checkWebGPU(open);
}

async function checkWebGPU(open) {
  const page = await open('lessons/04-sparse-attention.html');
  const hasWebGPU = await page.evaluate(async () => !!(await navigator.gpu?.requestAdapter()));
  if (hasWebGPU) {
    await page.select('.live select', 'webgpu');
    assert.match(await run(page), /0\.7, 0\.3, 0, 0, 0[^]*on webgpu/);
  }
  await page.close();
  return hasWebGPU ? 'on wasm and WebGPU' : 'on wasm; this browser has no WebGPU';
}
