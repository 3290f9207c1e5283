/**
 * @file The example pages: `serve` bundles them and keeps serving them; `check` opens that with a layer in headless Chromium, waits until the
 * model has been trained on WebGPU, and takes a screenshot. `bench/page` opens the other.
 */
import assert from 'node:assert/strict';
import {fileURLToPath, URL} from 'node:url';
import esbuild from 'esbuild';
import puppeteer from 'puppeteer-core';
import {FLAGS, findChromium} from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MINUTES = 60_000;

const context = await esbuild.context({
  absWorkingDir: root,
  entryPoints: [
    {in: 'examples/browser/main.ts', out: 'main'},
    {in: 'examples/browser/index.html', out: 'index'},
    {in: 'examples/safety-filter/page.ts', out: 'safety-filter/page'},
    {in: 'examples/safety-filter/index.html', out: 'safety-filter/index'},
  ],
  loader: {'.html': 'copy'},
  outdir: 'out/page',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  define: {global: 'globalThis'},
  logLevel: 'warning',
});
const {port} = await context.serve({servedir: `${root}out/page`, host: '127.0.0.1'});
const address = `http://localhost:${port}/`;
if (process.argv[2] === 'serve') {
  console.log(
    `Open ${address} in a browser with WebGPU, or ${address}safety-filter/ in any; Ctrl-C ends it.`,
  );
} else await check();

async function check() {
  const executablePath = findChromium();
  if (!executablePath) process.exit(0);
  const browser = await puppeteer.launch({executablePath, args: FLAGS});
  const page = await browser.newPage();
  await page.setViewport({width: 1000, height: 760});
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${address}?epochs=40`);
  await page.waitForFunction('document.body.dataset.result', {timeout: 6 * MINUTES});
  const result = JSON.parse(await page.evaluate('document.body.dataset.result'));
  await page.screenshot({path: `${root}out/page/screenshot.png`});
  await browser.close();
  await context.dispose();
  assert.deepEqual(complaints, []);
  assert.equal(result.error, undefined);
  assert.equal(result.backend, 'webgpu');
  assert.equal(result.solved, result.of);
  const [first, last] = [result.losses[0], result.losses.at(-1)];
  assert.ok(last < 0.1 * first, `the loss fell from ${first} to ${last} only`);
  console.log(`The page trained on ${result.backend}: loss ${first.toFixed(4)} → ${last.toFixed(5)}.`);
}
