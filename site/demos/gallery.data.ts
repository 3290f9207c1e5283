/** @file What the gallery of demos lists: each page of this folder, with its title and the first sentence of its text. */
import {readFileSync} from 'node:fs';
import {basename} from 'node:path';

export interface Listed {
  name: string;
  title: string;
  about: string;
}

function listed(file: string): Listed {
  const text = readFileSync(file, 'utf8').replace(/<script[^]*?<\/script>/, '');
  const title = /^# (.+)$/m.exec(text)?.[1] ?? '';
  const paragraph = text.split(/\n\s*\n/).find((part) => /^\s*[A-Z]/.test(part)) ?? '';
  return {name: basename(file, '.md'), title, about: /^[^]*?[.:](?=\s|$)/.exec(paragraph.trim())?.[0] ?? ''};
}

declare const data: Listed[];
export {data};

export default {
  watch: ['./*.md'],
  load: (files: string[]): Listed[] => files.filter((file) => basename(file) !== 'index.md').map(listed),
};
