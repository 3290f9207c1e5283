/** @file What is tried before a release only: Bun, Deno, Parcel and Next.js. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {judge} from '../judge.mjs';
import {resultIn} from '../page.mjs';
import {moduleOf, PAGE, programFiles, projectOf, REPORT, run} from '../projects.mjs';
import {resultIn as printedResult} from './node.mjs';

const PRINTED = moduleOf({report: 'console.log(JSON.stringify(await run()));'});
const NEXT_PAGE = `'use client';
import {useEffect} from 'react';
${moduleOf({report: ''}).replaceAll("'./", "'../")}
export default function Page() {
  useEffect(() => {
    run().then((result) => { window.result = result; });
  }, []);
  return null;
}`;
const LAYOUT = `export default function Layout({children}) { return <html><body>{children}</body></html>; }`;

/** A binary from the package for this platform, where the script of the main package has not moved it into its own. */
function binaryOf({modules}, name, scope, file) {
  const arch = process.arch.replace('arm64', 'aarch64');
  const platforms = [process.arch, arch, `${process.arch}-glibc`].map((cpu) => `${process.platform}-${cpu}`);
  const paths = platforms.flatMap((platform) => [`${scope}/${platform}`, `${scope}/${name}-${platform}`]);
  const found = [...paths.map((path) => join(modules, path, file)), join(modules, '.bin', name)].find(
    (path) => existsSync(path),
  );
  if (!found) throw new Error(`no ${name} for this platform`);
  return found;
}

export default [
  {
    name: 'bun',
    release: true,
    async check(installation) {
      const folder = projectOf(installation, 'bun', {...programFiles(installation), 'main.js': PRINTED});
      const bun = binaryOf(installation, 'bun', '@oven', 'bin/bun');
      judge(printedResult(await run(bun, ['main.js'], folder)), installation.saved);
      return (await run(bun, ['--version'], folder)).trim();
    },
  },
  {
    name: 'deno',
    release: true,
    async check(installation) {
      const folder = projectOf(installation, 'deno', {...programFiles(installation), 'main.js': PRINTED});
      const deno = binaryOf(installation, 'deno', '@deno', 'deno');
      const args = ['run', '--allow-all', '--node-modules-dir=manual', 'main.js'];
      judge(printedResult(await run(deno, args, folder)), installation.saved);
      return (await run(deno, ['--version'], folder)).split('\n')[0];
    },
  },
  {
    name: 'parcel',
    release: true,
    page: true,
    async check(installation) {
      const folder = projectOf(
        installation,
        'parcel',
        {
          ...programFiles(installation),
          'index.html': PAGE('<script type="module" src="main.js"></script>'),
          'main.js': moduleOf({report: REPORT}),
          // Parcel takes the settings of the folder that has a lock file.
          'package-lock.json': '{}',
        },
        {browserslist: 'last 2 Chrome versions', '@parcel/resolver-default': {packageExports: true}},
      );
      const parcel = join(installation.modules, 'parcel/lib/bin.js');
      await run(
        'node',
        [parcel, 'build', 'index.html', '--no-source-maps', '--public-url', './'],
        folder,
      ).catch((error) => {
        // It writes everything, and then looks for the sources that tfjs's own source maps name, which nobody has packed.
        if (!/Built in[^]*ENOENT[^]*tfjs-core/.test(error.message)) throw error;
      });
      judge(await resultIn(join(folder, 'dist')), installation.saved, {threads: null});
      return JSON.parse(readFileSync(join(installation.modules, 'parcel/package.json'), 'utf8')).version;
    },
  },
  {
    name: 'next',
    release: true,
    page: true,
    async check(installation) {
      const folder = projectOf(installation, 'next', {
        ...programFiles(installation),
        'next.config.mjs': `export default {output: 'export', outputFileTracingRoot: '${installation.home}', turbopack: {root: '${installation.home}'}};`,
        'app/layout.jsx': LAYOUT,
        'app/page.jsx': NEXT_PAGE,
      });
      const next = join(installation.modules, 'next/dist/bin/next');
      await run('node', [next, 'build'], folder, {
        env: {NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production'},
      });
      judge(await resultIn(join(folder, 'out')), installation.saved, {threads: null});
      return JSON.parse(readFileSync(join(installation.modules, 'next/package.json'), 'utf8')).version;
    },
  },
];
