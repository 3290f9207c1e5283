/** @file Serves a folder to a page on this machine. */
import {createServer} from 'node:http';
import {readFileSync} from 'node:fs';
import {extname, join, normalize} from 'node:path';
import {URL} from 'node:url';

const TYPES = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
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
