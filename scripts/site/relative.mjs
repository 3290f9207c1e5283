/**
 * @file Makes a built site independent of where it is served: the base address that VitePress has written everywhere becomes one relative to
 * each page, style sheet or module.
 */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {extname, join, posix} from 'node:path';

export const BASE = '/__base__/';

/** From a file of the site to one that is given from its root. */
function from(file, target) {
  const way = posix.relative(posix.dirname(file), target || '.') || '.';
  return (way.startsWith('.') ? way : `./${way}`) + (target === '' || target.endsWith('/') ? '/' : '');
}

/** The index of the search is one long string, with the address of each section. */
const searched = (text, file) =>
  text
    .replaceAll(BASE, '/__here__/')
    .replace(
      /export\s*\{\s*([\w$]+) as default\s*\}/,
      (_, index) =>
        `const here=${index}.replaceAll("/__here__/",new URL(${JSON.stringify(from(file, ''))},import.meta.url).pathname);` +
        'export{here as default}',
    );

const MAKERS = {
  // Before the application starts, the base is where this page lies; a page that is shown for a missing address cannot know.
  '.html': (text, file) =>
    text.replace(/\/__base__\/([^"'\s)>?#]*)/g, (_, target) =>
      file === '404.html' ? `/${target}` : from(file, target),
    ),
  '.css': (text, file) => text.replace(/\/__base__\/([^"')\s]*)/g, (_, target) => from(file, target)),
  // Modules know their own address. The text of the site's data is in quotes within quotes.
  '.js': (text, file) => {
    if (file.includes('localSearchIndex')) return searched(text, file);
    const place = (target) => `new URL(${JSON.stringify(from(file, target))},import.meta.url).pathname`;
    return text
      .replace(/(JSON\.parse\((["'`]).*?\\?"base\\?":\\?")\/__base__\//s, (_, start, quote) => {
        return `${start}${quote}+${place('')}+${quote}`;
      })
      .replace(/(["'`])\/__base__\/([^"'`$\\]*)\1/g, (_, quote, target) => `(${place(target)})`)
      .replace(/`\/__base__\//g, () => `\`\${${place('')}}`);
  },
};

/** @throws If an address is left that no rule replaces. */
export function makeRelative(folder) {
  const left = [];
  for (const file of readdirSync(folder, {recursive: true})) {
    const make = MAKERS[extname(file)];
    if (!make) continue;
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes('__base__')) continue;
    const made = make(text, file.replaceAll('\\', '/'));
    if (made.includes(BASE)) left.push(`${file}: …${made.slice(made.indexOf(BASE) - 60).slice(0, 140)}…`);
    writeFileSync(path, made);
  }
  if (left.length > 0) throw new Error(`absolute addresses are left in\n${left.join('\n')}`);
}
