/** @file What the bars of the site list: lessons, demos, the guide, the reference, examples. */
import {readdirSync, readFileSync} from 'node:fs';
import type {DefaultTheme} from 'vitepress';

const root = new URL('../../', import.meta.url);

/** The first heading of a page. */
function title(file: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(new URL(file, root), 'utf8'));
  return (heading?.[1] ?? file).replaceAll('`', '');
}

/** The pages of a folder, by name. */
function pages(folder: string): DefaultTheme.SidebarItem[] {
  return readdirSync(new URL(folder, root))
    .filter((file) => file.endsWith('.md') && !/^(README|index)\.md$/.test(file))
    .sort()
    .map((file) => entry(folder + file));
}

function entry(file: string): DefaultTheme.SidebarItem {
  return {text: title(file), link: '/' + file.replace(/^site\//, '').replace(/\.md$/, '')};
}

const lessons = (): DefaultTheme.SidebarItem[] => [
  {text: 'Lessons', items: [{text: 'Overview', link: '/lessons/'}, ...pages('site/lessons/')]},
];

const demos = (): DefaultTheme.SidebarItem[] => [
  {text: 'Demos', items: [{text: 'Overview', link: '/demos/'}, ...pages('site/demos/')]},
];

const INSTALLING = 'docs/installing.md';

const guide = (): DefaultTheme.SidebarItem[] => [
  {
    text: 'Guide',
    items: [
      {text: 'Overview', link: '/docs/'},
      entry(INSTALLING),
      entry('site/first-project.md'),
      ...pages('docs/').filter(({link}) => link !== entry(INSTALLING).link),
    ],
  },
  {
    text: 'A guide to each layer',
    items: [{text: 'Pictures', link: '/docs/guides/'}, ...pages('docs/guides/')],
  },
  {text: 'Catalogue: every name', items: pages('docs/catalogue/')},
  {text: 'Examples', items: pages('docs/examples/')},
  {
    text: 'The project',
    items: ['CHANGELOG.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'bench/RESULTS.md'].map(entry),
  },
];

export const nav: DefaultTheme.NavItem[] = [
  {text: 'Lessons', link: '/lessons/'},
  {text: 'Layers', link: '/docs/guides/'},
  {text: 'Demos', link: '/demos/'},
  {text: 'Guide', link: '/docs/'},
  {text: 'API', link: '/api/', target: '_self'},
];

// The last is for all other pages; one entry for each folder would put as many copies of it into every page.
export const sidebar = (): DefaultTheme.Sidebar => ({
  '/lessons/': lessons(),
  '/demos/': demos(),
  '/': guide(),
});
