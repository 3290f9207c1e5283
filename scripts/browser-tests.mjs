/** @file Runs the device suites in headless Chromium: bundles them, serves the page, and reports what mocha reports there. */
import {existsSync} from 'node:fs';
import {fileURLToPath, URL} from 'node:url';
import {chromeLauncher} from '@web/test-runner-chrome';
import {defaultReporter, startTestRunner} from '@web/test-runner';
import esbuild from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const MINUTES = 60_000;

/** WebGPU by SwiftShader where there is no GPU; compiling a shader takes longer there than the watchdog allows. */
const FLAGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-gpu-watchdog',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
];

const chrome = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  chromeForTesting(),
].find((path) => path && existsSync(path));
if (!chrome) {
  const message =
    'skipped: the suites in a page: no Chromium (set CHROME_PATH, or sh scripts/install-gpu.sh on Debian)';
  if (process.env.CI) throw new Error(message);
  console.warn(message);
  process.exit(0);
}

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
        launchOptions: {executablePath: chrome, args: process.env.GPU ? FLAGS.slice(0, -1) : FLAGS},
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
runner.on('finished', (passed) => process.exit(passed ? 0 : 1));

function chromeForTesting() {
  return process.platform === 'darwin'
    ? '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
    : undefined;
}
