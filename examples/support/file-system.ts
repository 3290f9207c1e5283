/** @file Saves and loads models in a folder, for Node without @tensorflow/tfjs-node. */
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {io} from '@tensorflow/tfjs';

/** For `model.save` and `tf.loadLayersModel`: model.json and weights.bin in `folder`, as tfjs-node's file:// writes them. */
export function folder(path: string): io.IOHandler {
  return {
    async save({modelTopology, weightSpecs, weightData, ...rest}) {
      await mkdir(path, {recursive: true});
      const parts = Array.isArray(weightData) ? weightData : [weightData!];
      await writeFile(join(path, 'weights.bin'), Buffer.concat(parts.map((part) => Buffer.from(part))));
      const manifest = [{paths: ['weights.bin'], weights: weightSpecs}];
      const {format, generatedBy, convertedBy} = rest;
      const json = {modelTopology, format, generatedBy, convertedBy, weightsManifest: manifest};
      await writeFile(join(path, 'model.json'), JSON.stringify(json));
      return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
    },
    async load() {
      const json = JSON.parse(await readFile(join(path, 'model.json'), 'utf8')) as io.ModelJSON;
      const weights = await readFile(join(path, 'weights.bin'));
      return {
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
        weightData: weights.buffer.slice(
          weights.byteOffset,
          weights.byteOffset + weights.byteLength,
        ) as ArrayBuffer,
      };
    },
  };
}
