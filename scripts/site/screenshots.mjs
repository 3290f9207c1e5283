/** @file Pictures of the front page and of a lesson, in light, dark and at the width of a phone, for docs/images/site. */
import {mkdirSync} from 'node:fs';
import {fileURLToPath, URL} from 'node:url';
import {LOOKS} from './accessibility.mjs';

const folder = fileURLToPath(new URL('../../docs/images/site', import.meta.url));
const PICTURES = {front: '', lesson: 'lessons/02-your-first-qplayer.html'};

export async function takeScreenshots(open) {
  mkdirSync(folder, {recursive: true});
  for (const [name, path] of Object.entries(PICTURES)) {
    for (const [look, settings] of Object.entries(LOOKS)) {
      const page = await open(path, settings);
      if (path === '') await page.waitForSelector('[data-solution]');
      await page.screenshot({path: `${folder}/${name}-${look}.png`});
      await page.close();
    }
  }
  return 'in docs/images/site';
}
