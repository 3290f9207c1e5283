/** @file The Chromium that the suites in a page run in. */
import {existsSync} from 'node:fs';

/** WebGPU by SwiftShader unless GPU=1; compiling a shader may take longer there than the watchdog allows. */
export const FLAGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-gpu-watchdog',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  ...(process.env.GPU ? [] : ['--use-webgpu-adapter=swiftshader']),
];

const PLACES = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @throws With CI set, if there is none; otherwise it says so and returns nothing. */
export function findChromium() {
  const found = PLACES.find((path) => path && existsSync(path));
  if (found) return found;
  const message =
    'skipped: the suites in a page: no Chromium (set CHROME_PATH, or bash scripts/install-gpu.sh on Debian)';
  if (process.env.CI) throw new Error(message);
  console.warn(message);
  return undefined;
}
