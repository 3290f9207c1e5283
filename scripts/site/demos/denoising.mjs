/** @file Another picture is read and shown, and the training can begin anew. */
import assert from 'node:assert/strict';
import {fileURLToPath, URL} from 'node:url';

const PICTURE = fileURLToPath(new URL('../../../docs/images/webgpu.png', import.meta.url));

export async function useDenoising(page) {
  const input = await page.$('[data-file]');
  await input.uploadFile(PICTURE);
  await page.waitForFunction(() =>
    document.querySelector('[data-chosen]').textContent.includes('webgpu.png: press Train'),
  );
  assert.equal(await page.$eval('.demo', (demo) => demo.dataset.state), 'idle');
  await page.click('[data-start]');
  await page.waitForFunction(() => Number.parseInt(document.querySelector('[data-step]').textContent) > 1, {
    timeout: 120_000,
  });
  await page.waitForSelector('.demo[data-state="done"]', {timeout: 240_000});
}
