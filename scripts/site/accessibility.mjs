/** @file axe finds nothing serious, in light, dark and at the width of a phone; no page is wider than that. */
import {createRequire} from 'node:module';
import assert from 'node:assert/strict';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
export const PAGES = [
  '',
  'lessons/index.html',
  'lessons/02-your-first-qplayer.html',
  'docs/index.html',
  'docs/glossary.html',
];
export const LOOKS = {
  light: {scheme: 'light'},
  dark: {scheme: 'dark'},
  phone: {width: 360, height: 740},
};

export async function checkAccessibility(open) {
  const found = [];
  for (const path of PAGES) {
    for (const [name, look] of Object.entries(LOOKS)) {
      const page = await open(path, look);
      await page.addScriptTag({path: axe});
      const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations);
      for (const {id, impact, nodes} of violations) {
        if (impact !== 'serious' && impact !== 'critical') continue;
        found.push(
          `${path || 'front page'}, ${name}: ${id}: ${nodes
            .slice(0, 3)
            .map(({html}) => html.slice(0, 160))
            .join(' | ')}`,
        );
      }
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > (look.width ?? 1280)) found.push(`${path || 'front page'}, ${name}: ${width} pixels wide`);
      await page.close();
    }
  }
  assert.deepEqual(found, []);
  return `${PAGES.length} pages in ${Object.keys(LOOKS).join(', ')}`;
}
