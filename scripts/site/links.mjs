/** @file Each link of the built site leads to a file of it, and to a place in this file; no page names a path of the machine that built it. */
import {existsSync, readdirSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {join, posix} from 'node:path';
import {fileURLToPath, URL} from 'node:url';

/** @throws With the first links that lead nowhere. */
export function checkLinks(site) {
  const pages = readdirSync(site, {recursive: true}).filter(
    (file) => file.endsWith('.html') && file !== '404.html',
  );
  const ids = new Map();
  const idsOf = (file) => {
    if (!ids.has(file)) {
      const text = readFileSync(join(site, file), 'utf8');
      ids.set(file, new Set([...text.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => decode(id))));
    }
    return ids.get(file);
  };
  const lost = [];
  const local = localPaths();
  let count = 0;
  for (const page of pages) {
    const text = readFileSync(join(site, page), 'utf8');
    for (const path of local) if (text.includes(path)) lost.push(`${page}: contains ${path}`);
    for (const [, link] of text.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      const [path, hash] = decode(link).split('#');
      if (/^([a-z]+:|\/\/)/i.test(path)) continue;
      count++;
      const file = fileAt(
        site,
        path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path.split('?')[0])),
      );
      if (file === undefined) lost.push(`${page}: ${link}`);
      else if (hash && file.endsWith('.html') && !idsOf(file).has(decodeURIComponent(hash)))
        lost.push(`${page}: ${link}`);
    }
  }
  if (lost.length > 0) throw new Error(`${lost.length} links lead nowhere\n${lost.slice(0, 40).join('\n')}`);
  return `${count} in ${pages.length} pages`;
}

/** What no page may contain: the folder that was built, and links to the repository with such a path. */
function localPaths() {
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
  return ['blob/main//', 'file:///', ...new Set([root, realpathSync(root)])];
}

/** What a static host answers with. */
function fileAt(site, path) {
  return [path, `${path}/index.html`].find((file) => {
    const full = join(site, file);
    return existsSync(full) && statSync(full).isFile();
  });
}

const decode = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
