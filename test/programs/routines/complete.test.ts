/** @file Every kernel of tfjs on the host has a routine, or a reason why it has none. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import '../../../src/index.js';
import {ownRoutine, ROUTINES} from '../../../src/programs/routines/index.js';

const WITHOUT: Record<string, string[]> = {
  'The entries keep their order, so a program leaves the line out.': ['ExpandDims', 'Identity', 'Reshape'],
  'The values of a program are real.': ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  'The values of a program are numbers.': [
    'StaticRegexReplace',
    'StringNGrams',
    'StringSplit',
    'StringToHashBucketFast',
  ],
  'The shape of the result depends on the data.': [
    'NonMaxSuppressionV3',
    'NonMaxSuppressionV4',
    'NonMaxSuppressionV5',
    'RaggedGather',
    'RaggedRange',
    'RaggedTensorToTensor',
    'SparseFillEmptyRows',
    'SparseReshape',
    'SparseSegmentMean',
    'SparseSegmentSum',
    'Unique',
  ],
  'It computes a shape.': ['BroadcastArgs'],
  'It draws random numbers.': ['Multinomial'],
  'It has an effect: it shows an image.': ['Draw'],
  'It prepares images and has no gradient.': [
    'CropAndResize',
    'MaxPoolWithArgmax',
    'RotateWithOffset',
    'Transform',
  ],
};

describe('the routines', () => {
  for (const backend of ['cpu', 'wasm']) {
    it(`are there for the kernels of the backend '${backend}'`, () => {
      const kernels = tf.getKernelsForBackend(backend).map(({kernelName}) => kernelName);
      const missing = kernels.filter((name) => !Object.hasOwn(ROUTINES, name) && !ownRoutine(name));
      const permitted = Object.values(WITHOUT).flat();
      assert.deepEqual(
        missing.filter((name) => !permitted.includes(name)),
        [],
      );
      // A reason that is out of date.
      if (backend === 'cpu') assert.sameMembers(missing, permitted);
    });
  }
});
