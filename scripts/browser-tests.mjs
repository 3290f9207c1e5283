/** @file Runs the device suites in headless Chromium: bundles them, serves the page, and reports what mocha reports there. */
import {fileURLToPath, URL} from 'node:url';
import {chromeLauncher} from '@web/test-runner-chrome';
import {defaultReporter, startTestRunner} from '@web/test-runner';
import esbuild from 'esbuild';
import {FLAGS, findChromium} from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MINUTES = 60_000;

const executablePath = findChromium();
if (!executablePath) process.exit(0);

await esbuild.build({
  absWorkingDir: root,
  entryPoints: ['test/devices/browser.ts'],
  outfile: 'out/browser/suites.js',
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
    files: ['out/browser/suites.js'],
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
    testFramework: {config: {timeout: String(6 * MINUTES)}},
    testsFinishTimeout: 14 * MINUTES,
    reporters: [defaultReporter({reportTestProgress: false})],
  },
});
runner.on('finished', (passed) => {
  const suites = Array.from(runner.sessions.all(), ({testResults}) => testResults);
  const tests = suites.flatMap((suite) => (suite ? testsOf(suite) : []));
  const skipped = tests.filter((test) => test.skipped);
  const failed = tests.filter((test) => !test.passed && !test.skipped);
  console.log(
    `In a page: ${tests.length - failed.length - skipped.length} passed, ${failed.length} failed, ${skipped.length} skipped.`,
  );
  process.exit(passed && tests.length > 0 && skipped.length === 0 ? 0 : 1);
});

function testsOf({tests, suites}) {
  return [...tests, ...suites.flatMap(testsOf)];
}
