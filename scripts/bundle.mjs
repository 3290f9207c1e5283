/** @file Bundles of the library as an application would make them, tfjs left outside. */
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';

/** The minified code of `source`, whose imports are resolved from `folder`; `options` are esbuild's. */
export async function bundle(source, folder, options = {}) {
  const result = await build({
    stdin: {contents: source, resolveDir: folder},
    bundle: true,
    minify: true,
    keepNames: false,
    format: 'esm',
    write: false,
    external: ['@tensorflow/*'],
    logLevel: 'silent',
    ...options,
  });
  return result.outputFiles[0].text;
}

/** Kilobytes, gzipped. */
export function gzipped(text) {
  return gzipSync(text).length / 1000;
}
