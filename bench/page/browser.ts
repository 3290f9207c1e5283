/** @file A headless Chromium, and the pages that are measured in it. */
import {cpSync} from 'node:fs';
import {join, resolve} from 'node:path';
import esbuild from 'esbuild';
import puppeteer, {type Page} from 'puppeteer-core';
import {FLAGS} from '../../scripts/chromium.mjs';
import {ISOLATED, serve} from '../../scripts/serve.mjs';
import {CATEGORIES, readTrace, type Trace} from './trace.js';

const ROOT = resolve(import.meta.dirname, '../..');
const MINUTES = 60_000;

/** What a page did. */
export interface Visit<T> {
  value: T;
  /** Only with the name of a mark. */
  trace: Trace | null;
}

/** Opens pages; `close` ends all. */
export interface Browser {
  version: string;
  /**
   * @param path The page and its query.
   * @param work What to do with the page.
   * @param mark A mark of the page: with one, a trace of the work is recorded.
   * @throws If the page complains of anything.
   */
  visit<T>(path: string, work: (page: Page) => Promise<T>, mark?: string): Promise<Visit<T>>;
  close(): Promise<void>;
}

/** Bundles the pages, serves them isolated (threads, fine clocks), and starts Chromium. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const outdir = join(ROOT, 'out/measured');
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [
      ...['ts', 'html'].map((ending) => ({in: `bench/page/batch.${ending}`, out: 'batch'})),
      {in: 'examples/safety-filter/page.ts', out: 'page'},
      {in: 'examples/safety-filter/index.html', out: 'safety-filter'},
      {in: 'src/kernels/threads/tfjs-implicit-worker.ts', out: 'tfjs-implicit-worker'},
    ],
    loader: {'.html': 'copy'},
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    define: {global: 'globalThis'},
    logLevel: 'warning',
  });
  const wasm = join(ROOT, 'node_modules/@tensorflow/tfjs-backend-wasm/wasm-out');
  cpSync(wasm, join(outdir, 'wasm'), {recursive: true});
  const server = await serve(outdir, ISOLATED);
  const browser = await puppeteer.launch({executablePath, args: FLAGS, protocolTimeout: 10 * MINUTES});
  return {
    version: await browser.version(),
    async visit(path, work, mark) {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      await page.goto(server.address + path);
      // Only now: the page's process, which is new, would be told late to record.
      if (mark) await page.tracing.start({categories: CATEGORIES});
      const value = await work(page).catch((error: unknown) => {
        throw new Error(`${path}: ${String(error)}\n${complaints.join('\n')}`, {cause: error});
      });
      const recorded = mark ? await page.tracing.stop() : undefined;
      await page.close();
      if (complaints.length > 0) throw new Error(`${path}: ${complaints.join('\n')}`);
      return {value, trace: mark && recorded ? readTrace(recorded, mark) : null};
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
