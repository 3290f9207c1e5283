/** @file The site: pages of `site/` and, where they lie, those of `docs/` and of the project. */
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitepress';
import type {Plugin} from 'vite';
import {live} from './live.js';
import {links} from './links.js';
import {nav, sidebar} from './navigation.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const REPOSITORY = 'https://github.com/tfjs-implicit/tfjs-implicit';

/** While pages are rendered, no code of lessons and no demo runs, and bundling tfjs for it takes a minute. */
const withoutWorkers = (): Plugin => ({
  name: 'without-workers',
  enforce: 'pre',
  load: (id, options) =>
    options?.ssr && /\/site\/(editor|demos\/shell)\/runner\.ts$/.test(id)
      ? 'export const run = null, stop = null, Runner = null;'
      : undefined,
});

/** What no page uses and the front page would load: parts of the theme, a search by others, what makes optimizers of tfjs by name. */
const withoutUnused = (): Plugin => ({
  name: 'without-unused',
  enforce: 'pre',
  load: (id) => UNUSED.find(([file]) => file.test(id))?.[1],
});
const UNUSED: [file: RegExp, instead: string][] = [
  [/@docsearch\/css\/.*\.css/, ''],
  [
    /theme-default\/components\/VP(Home|Team|Feature|Hero|Sponsors|DocAsideSponsors|Carbon|DocAsideCarbon)\w*\.vue$/,
    '<template><span /></template>',
  ],
  [/tfjs-core\/dist\/optimizers\/register_optimizers\.js/, 'export const registerOptimizers = () => {};'],
];

// From simple-icons, here because VitePress would fetch it.
const GITHUB = readFileSync(`${root}site/github.svg`, 'utf8');

// Once all pages are written, scripts/site/relative.mjs replaces it by the way from each of them.
const base = process.argv.includes('build') ? '/__base__/' : '/';

export default defineConfig({
  title: 'tfjs-implicit',
  description: 'Layers for TensorFlow.js whose output is the solution of an optimization problem.',
  lang: 'en',
  base,
  srcDir: root,
  srcExclude: ['README.md', 'examples/**', 'test/**', 'scripts/**', 'out/**', 'dist/**', 'site/api.md'],
  rewrites: {
    'site/:page*': ':page*',
    'docs/README.md': 'docs/index.md',
    'docs/guides/README.md': 'docs/guides/index.md',
  },
  outDir: `${root}out/site`,
  cacheDir: `${root}out/site-cache`,
  metaChunk: true,
  // The front page would fetch every page that it links to.
  router: {prefetchLinks: false},
  head: [['link', {rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg`}]],
  // TypeDoc writes these pages; scripts/site/check.mjs looks at all links of the built site.
  ignoreDeadLinks: [/^\/api\//],
  markdown: {
    theme: {light: 'github-light-high-contrast', dark: 'github-dark-high-contrast'},
    config(md) {
      md.use(links, {repository: REPOSITORY, root});
      md.use(live);
    },
  },
  vite: {
    publicDir: `${root}site/public`,
    // Also for the modules of examples, which name the sources: pages use the library as it is published.
    resolve: {
      alias: [{find: /^(tfjs-implicit|(\.\.\/)+src\/index\.js)$/, replacement: `${root}dist/esm/index.js`}],
    },
    worker: {format: 'es'},
    plugins: [withoutWorkers(), withoutUnused()],
    optimizeDeps: {entries: ['site/**/*.{ts,vue}']},
    server: {watch: {ignored: ['**/out/**', '**/dist/**', '**/.git/**']}},
  },
  themeConfig: {
    nav,
    sidebar: sidebar(),
    search: {provider: 'local'},
    outline: {level: [2, 3]},
    socialLinks: [{icon: {svg: GITHUB}, link: REPOSITORY, ariaLabel: 'The repository on GitHub'}],
    footer: {message: 'Apache-2.0'},
  },
});
