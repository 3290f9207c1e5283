/** @file Installs the packed package into an empty project and uses it as ESM, as CommonJS, from TypeScript and bundled. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {bundle, gzipped} from './bundle.mjs';

const root = resolve(import.meta.dirname, '..');
const project = mkdtempSync(join(tmpdir(), 'tfjs-implicit-install-'));
const run = (command, args, cwd = project) =>
  execFileSync(command, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
const check = (condition, message) => {
  if (!condition) throw new Error(message);
  console.log(`ok: ${message}`);
};

try {
  run('npm', ['pack', '--silent', '--pack-destination', project], root);
  const archive = readdirSync(project).find((name) => name.endsWith('.tgz'));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'tfjs-implicit'), {recursive: true});
  run('tar', ['xzf', archive, '-C', join(modules, 'tfjs-implicit'), '--strip-components=1']);
  symlinkSync(join(root, 'node_modules/@tensorflow'), join(modules, '@tensorflow'));
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');

  const use = `
    const model = tf.sequential({layers: [new QPLayer({inputShape: [2], inequalities: 0})]});
    const x = model.predict(tf.tensor2d([[1, -2]]));
    const expected = [-1 / 1.001, 2 / 1.001];
    if (!Array.from(x.dataSync()).every((v, i) => Math.abs(v - expected[i]) < 1e-6)) throw new Error(String(x));
    console.log('solved');`;
  writeFileSync(
    join(project, 'esm.js'),
    `import * as tf from '@tensorflow/tfjs';import {QPLayer} from 'tfjs-implicit';${use}`,
  );
  writeFileSync(
    join(project, 'cjs.cjs'),
    `const tf = require('@tensorflow/tfjs');const {QPLayer} = require('tfjs-implicit');${use}`,
  );
  check(run('node', ['esm.js']).includes('solved'), 'import {QPLayer} works in Node ESM');
  check(run('node', ['cjs.cjs']).includes('solved'), 'require works in CommonJS');

  writeFileSync(
    join(project, 'types.ts'),
    `import {layers, solveQP, type QPResult} from 'tfjs-implicit';
     import 'tfjs-implicit/register';
     const result: QPResult = solveQP({Q: [[1]], p: [1]});
     export const layer: string = layers.qp({units: 3}).name + String(result.x.shape);`,
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  for (const module of ['nodenext', 'preserve']) {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: 'es2022',
      types: [],
      module,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({compilerOptions, files: ['types.ts']}));
    run('node', [tsc, '-p', '.']);
  }
  console.log('ok: the types resolve under nodenext and bundler resolution');

  // The quadratic programs bring their kernels in WebAssembly, in plain TypeScript for where there is none, and in WGSL.
  const LIMITS = {
    QPLayer: 70,
    OptNetQP: 70,
    LassoLayer: 39,
    FixedPointLayer: 37,
    LinearProgramLayer: 70,
    TransportLayer: 39,
    BirkhoffLayer: 39,
    SVMLayer: 69,
    ConicLayer: 58,
  };
  const names = [
    'QPLayer',
    'OptNetQP',
    'SparsemaxProjection',
    'LassoLayer',
    'FixedPointLayer',
    'LinearProgramLayer',
    'SimplexProjection',
    'EntmaxLayer',
    'IsotonicLayer',
    'SoftSort',
    'SoftRank',
    'TopK',
    'TransportLayer',
    'BirkhoffLayer',
    'RidgeLayer',
    'SVMLayer',
    'ConicLayer',
  ];
  const ARGUMENTS = {TopK: '{k: 1}', ConicLayer: '{cones: {nonNegative: 1}}'};
  const WITH_UNITS = ['QPLayer', 'OptNetQP', 'LassoLayer', 'LinearProgramLayer'];
  const argumentsOf = (name) => ARGUMENTS[name] ?? (WITH_UNITS.includes(name) ? '{units: 2}' : '{}');
  const kept = (text) =>
    names.filter((name) => text.includes(`className="${name}"`) || text.includes(`"className","${name}"`));
  for (const name of names) {
    const text = await bundle(
      `import {${name}} from 'tfjs-implicit'; console.log(new ${name}(${argumentsOf(name)}));`,
      project,
    );
    const expected = ['OptNetQP', 'LinearProgramLayer'].includes(name) ? ['QPLayer', name] : [name];
    const size = gzipped(text);
    check(
      kept(text).join() === expected.join() && text.includes('registerClass'),
      `a bundle of ${name} holds ${expected.join(' and ')}, registered: ${size.toFixed(1)} kB gzipped`,
    );
    const limit = LIMITS[name] ?? 30;
    check(size < limit, `${name} alone is under ${limit} kB`);
  }
  const all = await bundle(
    `import * as all from 'tfjs-implicit'; import 'tfjs-implicit/register'; console.log(all);`,
    project,
  );
  check(kept(all).length === names.length, 'tfjs-implicit/register keeps every layer');
  check(gzipped(all) < 187, `the whole library is under 187 kB: ${gzipped(all).toFixed(1)} kB gzipped`);
  check(
    !readFileSync(join(modules, 'tfjs-implicit/package.json'), 'utf8').includes(root),
    'no path of this machine is packed',
  );
} finally {
  rmSync(project, {recursive: true, force: true});
}
