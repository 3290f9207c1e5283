/** @file Routines that exchange entries between the batch or the channels and the axes of images, and that mirror images. */
import {NoRoutine} from './no-routine.js';
import {product, stridesOf, type Routine, type Routines, type Site} from './types.js';

type Coordinates = readonly number[];

/** Each output entry is the input entry at the coordinates that `source` returns, or zero where they lie outside. */
const moved =
  (source: (site: Site) => (at: Coordinates) => Coordinates): Routine =>
  (site) => {
    const [x] = site.inputs.x ?? site.inputs.image;
    const [{data: out, shape}] = site.outputs;
    const strides = stridesOf(shape);
    const own = stridesOf(x.shape);
    const from = source(site);
    const places = Int32Array.from(out, (_, i) => {
      const at = from(strides.map((stride, axis) => Math.floor(i / stride) % shape[axis]));
      const isInside = at.every((coordinate, axis) => coordinate >= 0 && coordinate < x.shape[axis]);
      return isInside ? at.reduce((place, coordinate, axis) => place + coordinate * own[axis], 0) : -1;
    });
    return () => {
      for (let i = 0; i < out.length; i++) out[i] = places[i] < 0 ? 0 : x.data[places[i]];
    };
  };

const blocksOf = ({attributes}: Site) => attributes.blockShape as number[];

/** The sample of the output holds the place in the block, and the sample of the input. */
const spaceToBatch = moved((site) => {
  const block = blocksOf(site);
  const paddings = site.attributes.paddings as number[][];
  const [batch] = site.inputs.x[0].shape;
  const strides = stridesOf(block);
  return ([sample, ...rest]) => {
    const inBlock = Math.floor(sample / batch);
    const spread = rest.map((coordinate, axis) => {
      if (axis >= block.length) return coordinate;
      return (
        coordinate * block[axis] + (Math.floor(inBlock / strides[axis]) % block[axis]) - paddings[axis][0]
      );
    });
    return [sample % batch, ...spread];
  };
});

const batchToSpace = moved((site) => {
  const block = blocksOf(site);
  const crops = site.attributes.crops as number[][];
  const batch = site.inputs.x[0].shape[0] / product(block);
  const strides = stridesOf(block);
  return ([sample, ...rest]) => {
    const whole = rest.map((coordinate, axis) =>
      axis < block.length ? coordinate + crops[axis][0] : coordinate,
    );
    const inBlock = block.reduce((place, size, axis) => place + (whole[axis] % size) * strides[axis], 0);
    const reduced = whole.map((coordinate, axis) =>
      axis < block.length ? Math.floor(coordinate / block[axis]) : coordinate,
    );
    return [inBlock * batch + sample, ...reduced];
  };
});

const depthToSpace = moved(({attributes, outputs}) => {
  if (attributes.dataFormat !== 'NHWC') throw new NoRoutine('DepthToSpace has a routine for NHWC only');
  const size = attributes.blockSize as number;
  const depth = outputs[0].shape[3];
  return ([sample, row, column, channel]) => [
    sample,
    Math.floor(row / size),
    Math.floor(column / size),
    channel + ((row % size) * size + (column % size)) * depth,
  ];
});

const flipLeftRight = moved(({outputs}) => ([sample, row, column, channel]) => [
  sample,
  row,
  outputs[0].shape[2] - 1 - column,
  channel,
]);

export const blocks: Routines = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  FlipLeftRight: flipLeftRight,
  SpaceToBatchND: spaceToBatch,
};
