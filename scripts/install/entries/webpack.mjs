/** @file webpack 5: production and development, with threads and a web worker in an isolated page. */
import {createRequire} from 'node:module';
import {promisify} from 'node:util';
import {join} from 'node:path';
import {judge} from '../judge.mjs';
import {resultIn} from '../page.mjs';
import {moduleOf, ofParts, PAGE, programFiles, projectOf, REPORT, write} from '../projects.mjs';

const IN_PAGE = ofParts(moduleOf({threadsWithin: 30, report: REPORT}));
/** The same once more in a worker of the application: not for production, where tfjs would have to be minified twice. */
const WITH_WORKER = moduleOf({
  threadsWithin: 30,
  report: `
const worker = new Worker(new URL('./worker.js', import.meta.url));
const inWorker = new Promise((resolve) => { worker.onmessage = ({data}) => resolve(data); });
(async () => {
  const result = await run();
  window.result = {...result, worker: await inWorker};
})();`,
});

async function check(installation, mode) {
  const folder = projectOf(installation, `webpack-${mode}`, {
    ...programFiles(installation),
    'main.js': mode === 'production' ? IN_PAGE : WITH_WORKER,
    'worker.js': moduleOf({report: 'run().then((result) => postMessage(result));'}),
  });
  const webpack = createRequire(join(installation.home, 'package.json'))('webpack');
  const compiler = webpack({
    context: folder,
    mode,
    entry: './main.js',
    output: {path: join(folder, 'dist'), filename: 'main.js'},
    performance: false,
  });
  const stats = await promisify(compiler.run.bind(compiler))();
  await promisify(compiler.close.bind(compiler))();
  if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
  if (stats.hasWarnings()) throw new Error(stats.toString('errors-warnings'));
  write(join(folder, 'dist'), {'index.html': PAGE('<script src="main.js"></script>')});
  const result = await resultIn(join(folder, 'dist'));
  judge(result, installation.saved, {threads: true});
  if (mode !== 'production') judge(result.worker, installation.saved);
  return `${webpack.version}, threads`;
}

export default ['production', 'development'].map((mode) => ({
  name: `webpack ${mode}`,
  page: true,
  check: (installation) => check(installation, mode),
}));
