/** @file Projects of strangers: one installation of the packed package and the tools, and an empty folder for each of them. */
import {execFile, execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {promisify} from 'node:util';

export const root = resolve(import.meta.dirname, '../..');
/** Node's binaries come as packages, one a platform. */
const NODE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
export const NODES = ['20.19.0', '22', '24'];
const nodeName = (version) => `node-${version.split('.')[0]}`;
const VITES = {'vite-oldest': '5.0.0', 'vite-newest': 'latest'};
export const TYPESCRIPTS = {'typescript-oldest': '5.4', 'typescript-newest': 'latest'};

const aliases = (name, versions) =>
  Object.entries(versions).map(([alias, version]) => `${alias}@npm:${name}@${version}`);
const TOOLS = [
  '@tensorflow/tfjs@4.22.0',
  '@tensorflow/tfjs-backend-webgpu@4.22.0',
  'webgpu@0.6.2',
  'apache-arrow@21.2.0',
  'esbuild',
  'rollup',
  '@rollup/plugin-node-resolve',
  '@rollup/plugin-commonjs',
  'webpack',
  'react',
  'react-dom',
  'jsdom',
  'jest',
  'jest-environment-jsdom',
  'vitest',
  ...aliases('vite', VITES),
  ...aliases('typescript', TYPESCRIPTS),
  ...NODES.map((version) => `${nodeName(version)}@npm:${NODE}@${version}`),
];
const RELEASE_TOOLS = ['bun', 'deno', 'parcel', 'next'];

/** The folder in which everything happens: its node_modules is that of every project in it. */
export function install({release = false, again} = {}) {
  const home = again ?? mkdtempSync(join(tmpdir(), 'tfjs-implicit-install-'));
  pack(home);
  const archive = join(
    home,
    readdirSync(home).find((name) => name.endsWith('.tgz')),
  );
  const modules = join(home, 'node_modules');
  const packed = join(modules, 'tfjs-implicit');
  if (again) {
    rmSync(packed, {recursive: true});
    rmSync(join(home, 'projects'), {recursive: true, force: true});
    mkdirSync(packed);
    execFileSync('tar', ['xzf', archive, '-C', packed, '--strip-components=1']);
  } else {
    writeFileSync(join(home, 'package.json'), '{"private": true}');
    const options = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    const tools = release ? [...TOOLS, ...RELEASE_TOOLS] : TOOLS;
    execFileSync('npm', ['install', ...options, archive, ...tools], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  write(home, {'save.mjs': readFileSync(join(import.meta.dirname, 'save.mjs'), 'utf8')});
  execFileSync('node', ['save.mjs', 'saved.json'], {cwd: home, stdio: 'ignore'});
  const saved = JSON.parse(readFileSync(join(home, 'saved.json'), 'utf8'));
  return {home, archive, modules, saved, packed};
}

function pack(folder) {
  const options = ['--silent', '--ignore-scripts', '--pack-destination', folder];
  execFileSync('npm', ['pack', ...options], {cwd: root, stdio: ['ignore', 'ignore', 'inherit']});
}

/** The binary of Node of that version. */
export const nodeOf = ({modules}, version) => join(modules, nodeName(version), 'bin/node');

/** Writes files into an empty folder of its own. */
export function projectOf({home}, name, files, manifest = {type: 'module'}) {
  const folder = join(home, 'projects', name);
  mkdirSync(folder, {recursive: true});
  write(folder, {'package.json': JSON.stringify({name, private: true, ...manifest}), ...files});
  return folder;
}

export function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text);
  }
}

/** What every project has: the program, the saved model, and their twins for scripts. */
export function programFiles({saved}) {
  const program = readFileSync(join(import.meta.dirname, 'program.js'), 'utf8');
  const data = JSON.stringify(saved);
  return {
    'program.js': program,
    'saved.js': `export const saved = ${data};\n`,
    'program.script.js': program.replace(/^export /gm, ''),
    'saved.script.js': `var saved = ${data};\n`,
  };
}

/** An application's module: imports, and the exercise. `report` is where the result goes. */
export const moduleOf = ({
  register = `import 'tfjs-implicit/register';`,
  threadsWithin = 0,
  report = 'window.result = await run();',
} = {}) => `
import * as tf from '@tensorflow/tfjs';
import {QPLayer, setThreads, solveQP} from 'tfjs-implicit';
${register}
import {exercise} from './program.js';
import {saved} from './saved.js';

const run = () => exercise(tf, {QPLayer, setThreads, solveQP}, saved, {threadsWithin: ${threadsWithin}}).catch(
  (error) => ({error: String(error.stack)}),
);
${report}
`;

/** The same with those parts of tfjs alone that it uses: bundlers are busy with tfjs for most of their time. */
export const ofParts = (module) =>
  module.replace(
    `import * as tf from '@tensorflow/tfjs';`,
    `import * as core from '@tensorflow/tfjs-core';
import * as keras from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
const tf = {...core, ...keras};`,
  );

/** A report that needs no top-level await. */
export const REPORT = 'run().then((result) => { window.result = result; });';
export const PAGE = (scripts) =>
  `<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,"></head><body>${scripts}</body></html>`;

/** What finds all packages but this one. */
export const without = (name) => `
import {register} from 'node:module';
const hook = \`export async function resolve(name, context, next) {
  if (name === '${name}') throw Object.assign(new Error('Cannot find package'), {code: 'ERR_MODULE_NOT_FOUND'});
  return next(name, context);
}\`;
register('data:text/javascript,' + encodeURIComponent(hook));
`;

/** Runs a program and returns what it prints. @throws With all that it has printed. */
export async function run(command, args, cwd, {env = {}} = {}) {
  try {
    const {stdout} = await promisify(execFile)(command, args, {
      cwd,
      env: {...process.env, ...env},
      maxBuffer: 1e8,
      timeout: 240_000,
    });
    return stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`, {cause: error});
  }
}
