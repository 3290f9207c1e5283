/** @file The last step of files that are loaded as they are. */
import {transform} from 'esbuild';

export function minified() {
  return {
    name: 'minified',
    renderChunk: (code) => transform(code, {minify: true, target: 'es2022', sourcemap: true}),
  };
}
