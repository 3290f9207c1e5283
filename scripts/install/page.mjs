/** @file Pages: opens a page in headless Chromium, and waits for what it has computed. */
import puppeteer from 'puppeteer-core';
import {FLAGS, findChromium} from '../chromium.mjs';
import {ISOLATED, serve} from '../serve.mjs';

const MINUTE = 60_000;

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
