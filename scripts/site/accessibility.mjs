/** @file axe finds nothing serious, in light, dark and at the width of a phone; no page is wider than that. */
import {createRequire} from 'node:module';
import assert from 'node:assert/strict';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
export const PAGES = [
  '',
  'lessons/index.html',
  'lessons/02-your-first-qplayer.html',
  'demos/index.html',
  'docs/index.html',
  'docs/glossary.html',
];
export const LOOKS = {
  light: {scheme: 'light'},
  dark: {scheme: 'dark'},
  phone: {width: 360, height: 740},
};

/** What is wrong with a page as it is now. */
export async function faultsOf(page, name, width = 1280) {
  await page.addScriptTag({path: axe});
  const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  const found = violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .map(
      ({id, nodes}) =>
        `${name}: ${id}: ${nodes
          .slice(0, 3)
          .map(({html}) => html.slice(0, 160))
          .join(' | ')}`,
    );
  const own = await page.evaluate(() => document.documentElement.scrollWidth);
  return own > width ? [...found, `${name}: ${own} pixels wide`] : found;
}

export async function checkAccessibility(open) {
  const found = [];
  for (const path of PAGES) {
    for (const [name, look] of Object.entries(LOOKS)) {
      const page = await open(path, look);
      found.push(...(await faultsOf(page, `${path || 'front page'}, ${name}`, look.width)));
      await page.close();
    }
  }
  assert.deepEqual(found, []);
  return `${PAGES.length} pages in ${Object.keys(LOOKS).join(', ')}`;
}
