/**
 * @file Every page, in light, dark and at the width of a phone: axe finds nothing serious, and nothing is wider than the window. A page is
 * loaded once and then looked at in each way.
 */
import {createRequire} from 'node:module';
import assert from 'node:assert/strict';
import {dirname} from 'node:path';
import {visitAll} from './pages.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
export const LOOKS = {
  light: {scheme: 'light'},
  dark: {scheme: 'dark'},
  phone: {width: 360, height: 740},
};
const CONTRAST = 'color-contrast';
/** In the dark only colours are other ones, on a phone everything but the colours. */
const RULES = {
  light: {resultTypes: ['violations']},
  dark: {resultTypes: ['violations'], runOnly: [CONTRAST]},
  phone: {resultTypes: ['violations'], rules: {[CONTRAST]: {enabled: false}}},
};

/** What is wrong with a page as it is now. */
export async function faultsOf(page, name, width = 1280) {
  await page.addScriptTag({path: axe});
  const found = (await violations(page, RULES.light)).map((text) => `${name}: ${text}`);
  const own = await page.evaluate(() => document.documentElement.scrollWidth);
  return own > width ? [...found, `${name}: ${own} pixels wide`] : found;
}

/** On a phone, pages of one folder differ in their text only: axe looks at the first of them there, and the width is checked of each. */
const isFirst = (path, pages) => path === pages.find((other) => dirname(other) === dirname(path));

export async function checkAccessibility(open, pages) {
  const found = await visitAll(pages, async (path) => {
    const page = await open(path);
    await page.addScriptTag({path: axe});
    const wrong = [];
    for (const [name, look] of Object.entries(LOOKS)) {
      const where = `${path || 'front page'}, ${name}`;
      await wear(page, look);
      if (name !== 'phone' || isFirst(path, pages)) {
        wrong.push(...(await violations(page, RULES[name])).map((text) => `${where}: ${text}`));
      }
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > (look.width ?? 1280)) wrong.push(`${where}: ${width} pixels wide: ${await widest(page)}`);
    }
    await page.close();
    return wrong;
  });
  assert.deepEqual(found.flat(), []);
  return `${pages.length} pages in ${Object.keys(LOOKS).join(', ')}`;
}

/** Gives an open page another size and other colours. */
export async function wear(page, {width = 1280, height = 900, scheme = 'light'}) {
  await page.setViewport({width, height});
  await page.emulateMediaFeatures([
    {name: 'prefers-color-scheme', value: scheme},
    {name: 'prefers-reduced-motion', value: 'reduce'},
  ]);
  // The colours of VitePress fade.
  await page.addStyleTag({content: '*, ::before, ::after {transition: none !important; animation: none !important}'}); // prettier-ignore
  // Not a frame of animation: a tab behind others may wait for one without end.
  await page.evaluate(() => new Promise((done) => globalThis.setTimeout(done, 50)));
}

/** Without the navigation of TypeDoc, which has links within buttons that open lists. */
async function violations(page, rules) {
  const all = await page.evaluate(
    async (rules) => (await globalThis.axe.run({exclude: [['.tsd-navigation']]}, rules)).violations,
    rules,
  );
  return all
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .map(({id, nodes}) => {
      const some = nodes.slice(0, 3).map(({html}) => html.slice(0, 160));
      return `${id}: ${some.join(' | ')}`;
    });
}

/** What reaches beyond the right border of the window, and does not lie in something that scrolls by itself. */
const widest = (page) =>
  page.evaluate(() => {
    const scrolls = (element) =>
      element.parentElement &&
      (globalThis.getComputedStyle(element.parentElement).overflowX !== 'visible' ||
        scrolls(element.parentElement));
    const wide = [...document.querySelectorAll('.VPDoc *, .front *')].filter(
      (element) => element.getBoundingClientRect().right > globalThis.innerWidth + 1 && !scrolls(element),
    );
    return wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)).join(' | '); // prettier-ignore
  });
