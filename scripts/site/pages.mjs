/** @file The pages of the built site, and a way to visit many of them with several tabs at once. */
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';

/** All pages of VitePress, as addresses within the site. The reference of TypeDoc (api/) has pages of one make: its first stands for all. */
export function pagesOf(site) {
  const files = readdirSync(site, {recursive: true})
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.html') && file !== '404.html' && !file.startsWith('api/'));
  const api = existsSync(join(site, 'api/index.html')) ? ['api/index.html'] : [];
  return [...files.map((file) => (file === 'index.html' ? '' : file)), ...api].sort();
}

/** Visits each item, at most `tabs` at a time. @returns What `visit` returns for each. */
export async function visitAll(items, visit, tabs = 4) {
  const results = [];
  let next = 0;
  const tab = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await visit(items[i]);
    }
  };
  await Promise.all(Array.from({length: tabs}, tab));
  return results;
}
