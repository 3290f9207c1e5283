/**
 * @file Builds @tensorflow/tfjs-node in out/tensorflow, for the backend 'tensorflow'. Its vendor's download of libtensorflow is not
 * needed: the wheel of TensorFlow for Python holds the same library. With CUDA, the wheels of NVIDIA's libraries come with it.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, resolve} from 'node:path';

export const BINDING = '@tensorflow/tfjs-node';
const PACKAGES = {
  npm: `${BINDING}@4.22.0`,
  cpu: 'tensorflow-cpu==2.21.0',
  cuda: 'tensorflow[and-cuda]==2.21.0',
};
const NEEDED =
  'Linux; Python 3.10 to 3.13 with pip; make and g++; Node 20 to 22; 1.5 GB of disk, of which 1 GB stays (with CUDA 8 GB)';

const root = resolve(import.meta.dirname, '..');
const cache = join(root, 'out/tensorflow');

/** Where the binding lies once it is built: a folder for NODE_PATH. */
export const modules = join(cache, 'node_modules');

const UNPACK = `
import sys, zipfile
parts = ('include/tensorflow/', 'include/tsl/', 'include/xla/tsl/', 'libtensorflow_')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(tuple('tensorflow/' + part for part in parts) + ('nvidia/',)):
            wheel.extract(name, sys.argv[2])
`;

/** The package indexes cannot be reached: nothing is wrong with the project, and nothing was built. */
export class Unreachable extends Error {}

/**
 * @param {{cuda?: boolean}} [options] With CUDA, in place of a build for the CPU.
 * @throws With what is missing, or with the step that failed; `Unreachable` if nothing can be downloaded.
 */
export function buildTfjsNode({cuda = false} = {}) {
  checkTools();
  const wanted = cuda ? 'cuda' : 'cpu';
  console.log(`building ${BINDING} (${wanted}) in ${cache}: minutes, once`);
  mkdirSync(cache, {recursive: true});
  const library = fetchLibrary(wanted);
  const binding = fetchBinding();
  // Under the names that its build looks for.
  const deps = join(binding, 'deps');
  rmSync(deps, {recursive: true, force: true});
  mkdirSync(join(deps, 'lib'), {recursive: true});
  symlinkSync(join(library, 'tensorflow/include'), join(deps, 'include'));
  for (const [name, target] of [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_cc.so.2', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so.2'],
  ]) {
    symlinkSync(join(library, 'tensorflow', target), join(deps, 'lib', name));
  }
  // TensorFlow looks for NVIDIA's libraries next to the folder that it was loaded from.
  if (cuda) symlinkSync(join(library, 'nvidia'), join(deps, 'nvidia'));
  must('node-pre-gyp', process.execPath, [nodePreGyp(), 'install', '--build-from-source'], {
    cwd: binding,
    env: {...process.env, ...headers()},
  });
}

/** The library and its headers, out of the wheels. */
function fetchLibrary(wanted) {
  const library = join(cache, wanted);
  if (existsSync(library)) return library;
  const [download, unpacked] = [join(cache, 'download'), join(cache, 'unpacked')];
  for (const folder of [download, unpacked]) rmSync(folder, {recursive: true, force: true});
  const index = run('python3', ['-m', 'pip', 'index', 'versions', 'tensorflow-cpu'], {stdio: 'ignore'});
  if (index.status !== 0)
    throw new Unreachable(message(`pip finds no 'tensorflow-cpu' in its package index`));
  const only = ['--quiet', '--only-binary=:all:', ...(wanted === 'cpu' ? ['--no-deps'] : [])];
  must('pip', 'python3', ['-m', 'pip', 'download', ...only, '-d', download, PACKAGES[wanted]]);
  for (const name of readdirSync(download)) {
    if (/^(tensorflow|nvidia)/.test(name))
      must('python3', 'python3', ['-c', UNPACK, join(download, name), unpacked]);
  }
  // At once, so that what a broken run left is not taken for a library.
  renameSync(unpacked, library);
  rmSync(download, {recursive: true, force: true});
  return library;
}

/** The package without a tfjs of its own: further up it finds the project's. */
function fetchBinding() {
  writeFileSync(join(cache, 'package.json'), '{"private": true}\n');
  const only = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  must('npm', 'npm', ['install', '--prefix', cache, ...only, PACKAGES.npm]);
  for (const name of readdirSync(join(modules, '@tensorflow'))) {
    if (name !== 'tfjs-node') rmSync(join(modules, '@tensorflow', name), {recursive: true});
  }
  return join(modules, BINDING);
}

function nodePreGyp() {
  return createRequire(join(modules, BINDING, 'package.json')).resolve(
    '@mapbox/node-pre-gyp/bin/node-pre-gyp',
  );
}

/** Node's headers where they lie beside it; otherwise they are downloaded. */
function headers() {
  const nodedir = dirname(dirname(process.execPath));
  return existsSync(join(nodedir, 'include/node/node_api.h')) ? {npm_config_nodedir: nodedir} : {};
}

function checkTools() {
  const missing = [];
  const works = (command, ...args) => run(command, args, {stdio: 'ignore'}).status === 0;
  if (process.platform !== 'linux') missing.push(`Linux (this is ${process.platform})`);
  // It calls util.isNullOrUndefined, which later ones do not have.
  if (Number(process.versions.node.split('.')[0]) > 22) missing.push(`Node 22 (this is ${process.version})`);
  if (!works('python3', '--version')) missing.push('python3');
  else if (!works('python3', '-m', 'pip', '--version')) missing.push('pip (python3 -m pip)');
  for (const tool of ['make', 'g++']) if (!works(tool, '--version')) missing.push(tool);
  if (missing.length) fail(`missing: ${missing.join(', ')}`);
}

function run(command, args, given = {}) {
  return spawnSync(command, args, {cwd: root, stdio: 'inherit', ...given});
}

function must(what, ...call) {
  const {status, error} = run(...call);
  if (status !== 0) fail(`${what} failed${error ? `: ${error.message}` : ', see above'}`);
}

function fail(why) {
  throw new Error(message(why));
}

function message(why) {
  return `${BINDING} is not installed and cannot be built here: ${why}.\nWhat it takes: ${NEEDED}.`;
}
