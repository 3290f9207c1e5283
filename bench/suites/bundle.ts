/** @file How much a page loads: sizes of bundles, tfjs not counted. */
import {resolve} from 'node:path';
import {bundle, gzipped} from '../../scripts/bundle.mjs';

const SOURCE = resolve(import.meta.dirname, '../../src');
const LAYERS = ['QPLayer', 'OptNetQP', 'SparsemaxProjection', 'LassoLayer', 'FixedPointLayer'];

/** A line for the whole library, and one for each layer alone. */
export async function bundleSizes(): Promise<string[]> {
  const size = async (imports: string) => gzipped(await bundle(imports, SOURCE)).toFixed(1);
  const lines = [
    `Bundle of the whole library, minified and gzipped: ${await size("import * as all from './index.ts'; console.log(all)")} kB.`,
  ];
  for (const name of LAYERS) {
    const alone = await size(`import {${name}} from './index.ts'; console.log(${name})`);
    lines.push(`Bundle of ${name} alone: ${alone} kB.`);
  }
  return lines;
}
