/** @file The cell of a fixed-point layer: what is allowed as a cell, and the names of its weights in a file. */
import * as tf from '@tensorflow/tfjs-core';
import {layers, type LayersModel, type Shape} from '@tensorflow/tfjs-layers';
import {describe} from '../../checks/index.js';
import {shapeText} from './inputs.js';

type Layer = layers.Layer;
type Weights = Layer['weights'];

/** A cell as it is written to a config. */
export type SavedCell = {
  /** The name under which its class is registered. */
  className: string;
  /** What its `getConfig` returned. */
  config: tf.serialization.ConfigDict;
};

/** @throws If it is neither a layer nor the config of one. */
export function cellOf(className: string, cell: unknown): Layer {
  const way = `${className}: the cell must be a layer or model of the two inputs [z, x]`;
  if (cell == null)
    throw new Error(`${className}: cell is missing; expected a layer or model with the two inputs [z, x].`);
  if (cell instanceof layers.Layer) {
    checkTwoInputs(className, cell);
    return cell;
  }
  if (typeof cell === 'function') {
    throw new Error(
      `${way}; got a function. Its weights could be neither trained nor saved: make it a subclass of tf.layers.Layer, or a ` +
        'tf.model({inputs: [z, x], outputs}). For a function without weights take solvers.FixedPointIteration.',
    );
  }
  if (typeof (cell as Partial<Layer>).apply === 'function' && !('className' in (cell as object))) {
    throw new Error(
      `${way}; got ${describe(cell)} of another copy of tfjs-layers. Import it from the same package, once.`,
    );
  }
  const made = fromConfig(className, cell as SavedCell);
  checkTwoInputs(className, made);
  return made;
}

/** A model declares how many inputs it has; a custom layer does not. */
function checkTwoInputs(className: string, cell: Layer): void {
  const inputs = (cell as Partial<LayersModel>).inputs;
  if (inputs === undefined || inputs.length === 2) return;
  const count = inputs.length === 1 ? 'one input' : `${inputs.length} inputs`;
  throw new Error(
    `${className}: the cell '${cell.name}' is a model of ${count}, but must have the two inputs [z, x]: the state z, and the input x of ` +
      'the layer, which every iteration sees again. A model of one input becomes a cell by tf.layers.add() or concatenate() of z and x.',
  );
}

/** The shape of the cell's output. @throws If the cell does not take the two inputs. */
export function outputShapeOf(className: string, cell: Layer, shapes: [Shape, Shape]): Shape {
  const [z, x] = shapes.map((shape) => shapeText(shape));
  try {
    if (!cell.built) {
      cell.build(shapes);
      cell.built = true;
    }
    const output = cell.computeOutputShape(shapes);
    if (Array.isArray(output[0])) {
      throw new Error(`it has ${output.length} outputs, but must have one, shaped like z`);
    }
    return output as Shape;
  } catch (error) {
    throw new Error(
      `${className}: the cell '${cell.name}' (${cell.getClassName()}) does not take the two inputs z of shape ${z} and x of shape ${x}: ` +
        `${(error as Error).message.replace(/\.?$/, '.')} A cell is a layer whose build, computeOutputShape and call take a list of two, or a ` +
        'tf.model({inputs: [z, x], outputs}).',
      {cause: error},
    );
  }
}

/** @throws If two weights have the same name, because a file could not distinguish them. */
export function checkNames(className: string, weights: Weights): void {
  const names = weights.map(({originalName}) => originalName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) {
    throw new Error(
      `${className}: two weights of the cell are named '${twice}', so a saved model could not distinguish them. ` +
        'Give the inner layers names.',
    );
  }
}

/**
 * The weights with the layer's name as a prefix, so that the cells of two layers may contain layers with equal names: a file names
 * weights, not cells. The cell itself keeps its own names, and everything else is shared with it: only `originalName` differs.
 */
export function prefixed(prefix: string, weights: Weights): Weights {
  return weights.map((weight) => {
    const {originalName} = weight;
    if (originalName.startsWith(`${prefix}/`)) return weight;
    return new Proxy(weight, {
      get: (target, key) =>
        key === 'originalName' ? `${prefix}/${originalName}` : (Reflect.get(target, key, target) as unknown),
      set: (target, key, value) => Reflect.set(target, key, value, target),
    });
  });
}

/** The cell of a saved layer. */
function fromConfig(className: string, saved: SavedCell): Layer {
  const {classNameMap} = tf.serialization.SerializationMap.getMap();
  const known = Object.hasOwn(classNameMap, saved.className) ? classNameMap[saved.className] : null;
  const config = saved.config;
  const isLayer = known !== null && known[0].prototype instanceof layers.Layer;
  if (!isLayer || config === null || typeof config !== 'object') {
    throw new Error(
      `${className}: the cell must be a layer, or {className, config} of a registered one; got ` +
        `${JSON.stringify(saved.className ?? saved)}. A class of your own is registered by tf.serialization.registerClass.`,
    );
  }
  const [cls, make] = known;
  return make(cls, config) as Layer;
}
