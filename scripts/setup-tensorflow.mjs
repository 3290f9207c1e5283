/**
 * @file `npm run setup:tensorflow`: builds the backend 'tensorflow' in out/, unless one loads already. It ends with the status 75 if
 * that cannot be done because the package index is out of reach.
 */
import {parseArgs} from 'node:util';
import {offerTensorflow} from './tensorflow.mjs';
import {buildTfjsNode, Unreachable} from './tfjs-node.mjs';

const UNREACHABLE = 75;
const HELP = `npm run setup:tensorflow -- [options]
  --cuda   with CUDA, for NVIDIA's GPUs: 8 GB of disk
  --again  also if there is one that loads`;

const {values: options} = parseArgs({
  options: {
    cuda: {type: 'boolean', default: false},
    again: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});

if (options.help) console.log(HELP);
else {
  try {
    const {cuda, again} = options;
    if (cuda || again || offerTensorflow() !== null) buildTfjsNode({cuda});
    const missing = offerTensorflow();
    if (missing) throw new Error(missing);
    console.log('The backend tensorflow is ready.');
  } catch (error) {
    console.error(error.message);
    process.exitCode = error instanceof Unreachable ? UNREACHABLE : 1;
  }
}
