/** @file Links of pages that are also read in the repository: to other pages they stay in the site, to other files they go to the repository. */
import {realpathSync} from 'node:fs';
import {posix, relative, sep} from 'node:path';
import type {MarkdownRenderer} from 'vitepress';

/** Where a page of the repository lies in the site, or nothing if it is no page of it. */
function placeOf(file: string): string | undefined {
  if (file === 'README.md') return '';
  const folder = /^(docs\/(?:guides\/)?)README\.md$/.exec(file);
  if (folder) return `${folder[1]}index.md`;
  if (/^site\/.+\.md$/.test(file)) return file.slice('site/'.length);
  return /^(docs\/(?!api\/).+|bench\/RESULTS|CHANGELOG|ARCHITECTURE|CONTRIBUTING)(\.md)?$/.test(file)
    ? file
    : undefined;
}

/** A file of the site, as a link. */
const within = (place: string, hash: string) =>
  `/${place.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}${hash}`;

/**
 * A page by its path from the root. VitePress gives that path, or, for pages that it serves from elsewhere, the absolute one; in a checkout
 * below a link, that is another name of the same place.
 */
function fromRoot(root: string, page: string): string {
  if (!posix.isAbsolute(page) && !/^[a-z]:/i.test(page)) return page;
  const path = relative(realpathSync(root), realpathSync(page)).split(sep).join('/');
  if (path.startsWith('../')) throw new Error(`${page} does not lie in the repository, ${root}.`);
  return path;
}

export function links(md: MarkdownRenderer, {repository, root}: {repository: string; root: string}): void {
  const inRepository = `${repository}/blob/main/`;
  const follow = (href: string, from: string): string => {
    const isOurs = href.startsWith(inRepository);
    if (/^[a-z]+:|^[#/]/.test(href) && !isOurs) return href;
    const [path, ...rest] = (isOurs ? href.slice(inRepository.length) : href).split('#');
    const hash = rest.length > 0 ? `#${rest.join('#')}` : '';
    const file = isOurs ? path : posix.normalize(posix.join(posix.dirname(from), path));
    const place = placeOf(file);
    return place === undefined ? inRepository + file + hash : within(place, hash);
  };
  // Before the links of VitePress are checked and completed, which happens when they are rendered.
  md.core.ruler.push('site-links', ({tokens, env}) => {
    const {realPath, relativePath} = env as {realPath?: string; relativePath?: string};
    // A title, which VitePress reads apart from its page, has no path, and no links.
    const page = realPath ?? relativePath;
    if (page === undefined) return;
    const from = fromRoot(root, page);
    for (const token of tokens.flatMap(({children}) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : undefined;
      if (href) token.attrSet('href', follow(href, from));
    }
  });
}
