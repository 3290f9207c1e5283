/**
 * @file Code of the lessons runs in the page: every block on wasm, one after the other in one worker; one on WebGPU, where there is one; and
 * otherwise once it is edited.
 */
import assert from 'node:assert/strict';

const FIRST = 'lessons/01-what-is-an-optimization-layer.html';

/** Runs a block of the page. @returns What it writes. */
async function run(page, block = 0) {
  await page.evaluate((i) => document.querySelectorAll('.live [data-run]')[i].click(), block);
  await page.waitForFunction(
    (i) => /done|failed/.test(document.querySelectorAll('.live')[i].dataset.state),
    {timeout: 200_000, polling: 30},
    block,
  );
  const [state, output] = await page.$$eval(
    '.live',
    (lives, i) => [lives[i].dataset.state, lives[i].querySelector('.output').textContent],
    block,
  );
  assert.equal(state, 'done', output);
  return output;
}

/** All blocks of all lessons. From lesson to lesson the application stays, and with it the worker. */
async function runAll(page) {
  const count = await page.$$eval('.VPSidebar a.link', (links) => links.length);
  let blocks = 0;
  for (let lesson = 0; lesson < count; lesson++) {
    const title = await page.$$eval(
      '.VPSidebar a.link',
      (links, i) => {
        links[i].click();
        return links[i].textContent.trim();
      },
      lesson,
    );
    await page.waitForFunction(
      (title) => title === 'Overview' || document.querySelector('.vp-doc h1')?.textContent.includes(title),
      {timeout: 60_000},
      title,
    );
    const own = title === 'Overview' ? 0 : await page.$$eval('.live', (lives) => lives.length);
    for (let block = 0; block < own; block++) {
      try {
        await run(page, block);
      } catch (error) {
        throw new Error(`${title}, block ${block + 1}: ${error.message}`, {cause: error});
      }
    }
    blocks += own;
  }
  return blocks;
}

async function checkEditing(page) {
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
}

export async function checkLessons(open) {
  const page = await open(FIRST);
  await checkEditing(page);
  const blocks = await runAll(page);
  await page.close();
  return `${blocks} blocks ${await checkWebGPU(open)}`;
}

async function checkWebGPU(open) {
  const page = await open('lessons/04-sparse-attention.html');
  const hasWebGPU = await page.evaluate(async () => !!(await navigator.gpu?.requestAdapter()));
  if (hasWebGPU) {
    await page.select('.live select', 'webgpu');
    assert.match(await run(page), /0\.7, 0\.3, 0, 0, 0[^]*on webgpu/);
  }
  await page.close();
  return hasWebGPU ? 'on wasm, one on WebGPU' : 'on wasm; this browser has no WebGPU';
}
