/** @file Links from messages to the pages that explain them. */

const PAGES = 'https://github.com/tfjs-implicit/tfjs-implicit/blob/main/docs/';

/**
 * The end of a message: ' See' and the address of a page.
 *
 * @param page 'PAGE#ANCHOR', of docs.
 */
export function see(page: string): string {
  const [name, anchor] = page.split('#');
  return ` See ${PAGES}${name}.md${anchor ? `#${anchor}` : ''}`;
}
