/** @file Pages: serves folders, opens a page in headless Chromium, and waits for what it has computed. */
import {createServer} from 'node:http';
import {readFileSync} from 'node:fs';
import {extname, join, normalize} from 'node:path';
import {URL} from 'node:url';
import puppeteer from 'puppeteer-core';
import {FLAGS, findChromium} from '../chromium.mjs';

const MINUTE = 60_000;
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
};
/** Only an isolated page has shared memory, and so threads. */
export const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Serves the files of `folder`. @returns The address and a function that ends it. */
export async function serve(folder, headers = {}) {
  const server = createServer(({url}, response) => {
    const path = join(folder, normalize(decodeURIComponent(new URL(url, 'http://host').pathname)));
    try {
      const body = readFileSync(path.endsWith('/') ? `${path}index.html` : path);
      response.writeHead(200, {...headers, 'Content-Type': TYPES[extname(path)] ?? 'text/html'}).end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://localhost:${server.address().port}/`;
  return {
    address,
    close: () => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()),
  };
}

let browser;

/** What the page has put into `window.result`. @throws With whatever the page complains of. */
export async function resultOf(address) {
  browser ??= await puppeteer.launch({executablePath: findChromium(), args: FLAGS});
  const page = await browser.newPage();
  const complaints = [];
  const uncaught = new Promise((_, reject) => page.on('pageerror', reject));
  uncaught.catch(() => undefined);
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  try {
    await page.goto(address, {timeout: 2 * MINUTE});
    const arrived = page.waitForFunction('window.result !== undefined', {timeout: 2 * MINUTE, polling: 100});
    await Promise.race([arrived, uncaught]);
    const result = await page.evaluate('window.result');
    if (result.error) throw new Error(result.error);
    return result;
  } catch (error) {
    throw new Error(`${address}: ${error?.stack ?? error}\n${complaints.join('\n')}`, {cause: error});
  } finally {
    await page.close().catch(() => undefined);
  }
}

export async function closeBrowser() {
  await browser?.close();
}

/** The result of a page that lies in a folder. */
export async function resultIn(folder, path = '', headers = ISOLATED) {
  const {address, close} = await serve(folder, headers);
  try {
    return await resultOf(address + path);
  } finally {
    await close();
  }
}
