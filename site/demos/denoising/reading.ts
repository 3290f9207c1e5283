/** @file Reads a picture of the reader's: grey, and so small that training does not take long. */
import type {Picture} from '../../../examples/denoising/pictures.js';

/** The longer side. */
const LARGEST = 96;
/** Both sides: a half must hold the pieces that are trained on. */
const SMALLEST = 32;

/** @throws If the browser cannot read it as a picture, or it is long and thin. */
export async function read(file: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('This file is no picture that the browser can read.');
  });
  const scale = LARGEST / Math.max(bitmap.width, bitmap.height);
  // Even, since there are two halves.
  const [width, height] = [bitmap.width, bitmap.height].map((side) => 2 * Math.round((scale * side) / 2));
  if (Math.min(width, height) < SMALLEST) throw new Error('This picture is too narrow: at most 3 : 1.');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const {data} = context.getImageData(0, 0, width, height);
  const grey = (i: number) => (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255;
  return {width, height, values: Float32Array.from({length: width * height}, (_, i) => grey(i))};
}
