/** @file Runs the device suites in headless Chromium: bundles them, serves the page, and reports what mocha reports there. */
import {fileURLToPath, URL} from 'node:url';
import {chromeLauncher} from '@web/test-runner-chrome';
import {startTestRunner} from '@web/test-runner';
import esbuild from 'esbuild';
import {FLAGS, findChromium} from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MINUTES = 60_000;
/** Those named on the command line, or all. */
const pages =
  process.argv.length > 2 ? process.argv.slice(2) : ['suites', 'half-floats', 'threads/lost-workers'];

const executablePath = findChromium();
if (!executablePath) process.exit(0);

await esbuild.build({
  absWorkingDir: root,
  entryPoints: {
    // A page each: a backend keeps the flags that it was started with.
    suites: 'test/devices/browser.ts',
    'half-floats': 'test/devices/half-floats.ts',
    // With the workers that it starts next to it; the other pages have none.
    'threads/lost-workers': 'test/devices/lost-workers.ts',
    'threads/tfjs-implicit-worker': 'src/kernels/threads/tfjs-implicit-worker.ts',
    'threads/dying-worker': 'test/devices/dying-worker.ts',
  },
  outdir: 'out/browser',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  define: {'process.env.CI': 'undefined', global: 'globalThis'},
  sourcemap: 'inline',
  // The suites are modules of side effects.
  ignoreAnnotations: true,
  logLevel: 'warning',
});

const runner = await startTestRunner({
  readCliArgs: false,
  readFileConfig: false,
  config: {
    rootDir: root,
    files: pages.map((page) => `out/browser/${page}.js`),
    browsers: [
      chromeLauncher({
        launchOptions: {executablePath, args: FLAGS},
      }),
    ],
    // Only an isolated page has threads.
    middleware: [
      (context, next) => {
        context.set('Cross-Origin-Opener-Policy', 'same-origin');
        context.set('Cross-Origin-Embedder-Policy', 'require-corp');
        return next();
      },
    ],
    testFramework: {config: {timeout: String(10 * MINUTES)}},
    testsFinishTimeout: 30 * MINUTES,
    reporters: [],
  },
});
runner.on('finished', (passed) => {
  const sessions = Array.from(runner.sessions.all());
  const tests = sessions.flatMap(({testResults}) => (testResults ? testsOf(testResults, '') : []));
  const skipped = tests.filter((test) => test.skipped);
  const failed = tests.filter((test) => !test.passed && !test.skipped);
  const lines = [
    ...sessions.flatMap(({errors}) => errors.map(({message}) => `Error in the page: ${message}`)),
    ...failed.map(({title, error}) => `Failed: ${title}: ${error?.message}`),
    `In a page: ${tests.length - failed.length - skipped.length} passed, ${failed.length} failed, ${skipped.length} skipped.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exit(passed && tests.length > 0 && skipped.length === 0 ? 0 : 1);
});

/** With the titles of the suites in front. */
function testsOf({name, tests, suites}, before) {
  const path = `${before}${name} `.trimStart();
  return [
    ...tests.map((test) => ({...test, title: `${path}${test.name}`})),
    ...suites.flatMap((suite) => testsOf(suite, path)),
  ];
}
