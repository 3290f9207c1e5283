/**
 * @file Pictures of the front page and of a lesson, in light, dark and at the width of a phone, and of each demo, for docs/images/site; of every page, for those who look
 * the site over, in out/screenshots.
 */
import {mkdirSync} from 'node:fs';
import {fileURLToPath, URL} from 'node:url';
import {LOOKS, wear} from './accessibility.mjs';
import {DEMOS} from './demos.mjs';
import {visitAll} from './pages.mjs';

const folderOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PICTURES = {front: '', lesson: 'lessons/02-your-first-qplayer.html'};

export async function takeScreenshots(open) {
  const folder = folderOf('docs/images/site');
  mkdirSync(folder, {recursive: true});
  for (const [name, path] of Object.entries(PICTURES)) {
    for (const [look, settings] of Object.entries(LOOKS)) {
      const page = await open(path, settings);
      if (path === '') await page.waitForSelector('[data-solution]');
      await page.screenshot({path: `${folder}/${name}-${look}.png`});
      await page.close();
    }
  }
  for (const name of DEMOS) await takeThumbnail(open, name);
  return 'in docs/images/site';
}

/** The first screens of every page, in every look. */
export async function takeAll(open, pages) {
  const folder = folderOf('out/screenshots');
  mkdirSync(folder, {recursive: true});
  await visitAll(pages, async (path) => {
    const page = await open(path);
    const name = path.replace(/(index)?\.html$/, '').replaceAll('/', '-') || 'front';
    for (const [look, settings] of Object.entries(LOOKS)) {
      await wear(page, {...settings, height: 1800});
      await page.screenshot({path: `${folder}/${name}-${look}.png`});
    }
    await page.close();
  });
  return `${pages.length} pages, in out/screenshots`;
}

/** The demo at the end of its training: what is between the buttons and the progress. */
async function takeThumbnail(open, name) {
  const page = await open(`demos/${name}.html`, {width: 700, height: 1000});
  await page.waitForSelector('[data-start]:not(:disabled)');
  await page.click('[data-start]');
  await page.waitForSelector('.demo[data-state="done"]', {timeout: 900_000});
  const {x, y, width} = await (await page.$('.demo .picture')).boundingBox();
  await page.screenshot({
    path: `${folderOf('docs/images/site')}/demo-${name}.png`,
    clip: {x: x - 12, y: y - 12, width: width + 24, height: (width * 9) / 16},
  });
  await page.close();
}
