/**
 * @file Walks through the built site (out/site) in headless Chromium, served from a folder within a server: links, accessibility, the figure of
 * the front page, code that runs and can be edited, demos that train. `--screenshots` also renews docs/images/site,
 * `--all-screenshots` makes one of each page, in out/screenshots. `--only NAME` does one
 * part, `--pages PATTERN` looks only at some pages.
 */
import {cpSync, existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, URL} from 'node:url';
import puppeteer from 'puppeteer-core';
import {FLAGS, findChromium} from '../chromium.mjs';
import {serve} from '../serve.mjs';
import {checkAccessibility} from './accessibility.mjs';
import {checkDemos} from './demos.mjs';
import {checkFigure} from './figure.mjs';
import {checkLinks} from './links.mjs';
import {checkLessons} from './lessons.mjs';
import {checkSearch} from './search.mjs';
import {checkSize} from './size.mjs';
import {pagesOf} from './pages.mjs';
import {takeAll, takeScreenshots} from './screenshots.mjs';

const site = fileURLToPath(new URL('../../out/site', import.meta.url));
if (!existsSync(site)) throw new Error('out/site does not exist: npm run docs');

const wrong = [];
const valueOf = (name) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const only = valueOf('--only');
const pages = pagesOf(site).filter((path) => new RegExp(valueOf('--pages') ?? '').test(path));
/** A part of the walk. What it throws ends this part only. */
async function part(name, check) {
  if (only !== undefined && only !== name) return;
  const start = Date.now();
  try {
    console.log(`${name}: ${(await check()) ?? 'ok'} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    wrong.push(`${name}: ${error.message}`);
  }
}

await part('links', () => checkLinks(site));

const executablePath = findChromium();
if (executablePath) {
  // An address below the root, as on GitHub Pages.
  const place = mkdtempSync(join(tmpdir(), 'site-'));
  cpSync(site, join(place, 'some/where'), {recursive: true});
  const {address, close} = await serve(place);
  const browser = await puppeteer.launch({executablePath, args: FLAGS, protocolTimeout: 240_000});
  const open = async (path, {width = 1280, height = 900, scheme = 'light'} = {}) => {
    const page = await browser.newPage();
    await page.setViewport({width, height});
    await page.emulateMediaFeatures([
      {name: 'prefers-color-scheme', value: scheme},
      {name: 'prefers-reduced-motion', value: 'reduce'},
    ]);
    page.on('pageerror', (error) => wrong.push(`${path}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error')
        wrong.push(`${path}: ${message.text()} ${message.location().url ?? ''}`);
    });
    await page.goto(`${address}some/where/${path}`, {waitUntil: 'networkidle0', timeout: 120_000});
    return page;
  };

  await part('front page', () => checkSize(open));
  await part('figure', () => checkFigure(open));
  await part('search', () => checkSearch(open));
  await part('accessibility', () => checkAccessibility(open, pages));
  await part('lessons', () => checkLessons(open));
  await part('demos', () => checkDemos(open));
  if (process.argv.includes('--screenshots')) await part('screenshots', () => takeScreenshots(open));
  if (process.argv.includes('--all-screenshots')) await part('all screenshots', () => takeAll(open, pages));
  await browser.close();
  await close();
  rmSync(place, {recursive: true});
}

for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
