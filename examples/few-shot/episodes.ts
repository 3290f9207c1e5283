/** @file Episodes of few-shot learning: a few labelled images of a few classes, and others to classify. */
import * as tf from '@tensorflow/tfjs';
import {permutation, type Random} from '../support/random.js';

export const PIXELS = 64;

/** Classes, labelled images of each, and images of each to classify. */
export const WAYS = 3;
export const SHOTS = 3;
export const QUERIES = 8;

/** A batch of episodes. */
export interface Episodes {
  /** [B, ways · shots, pixels]. */
  support: tf.Tensor3D;
  /** [B, ways · shots, ways], one-hot. */
  labels: tf.Tensor3D;
  /** [B, ways · queries, pixels]. */
  query: tf.Tensor3D;
  /** [B, ways · queries, ways], one-hot. */
  answers: tf.Tensor3D;
}

/** Images of one class, each a row of pixels. */
export type Images = number[][];

/** 'as they are', or in 'uneven light': brighter towards a side, another one for each image. */
export const LIGHTS = ['as they are', 'uneven light'] as const;
export type Light = (typeof LIGHTS)[number];

/** The images, in that light: a plane a + bx + cy with random coefficients is added to the 8 × 8 pixels. */
export function lit(images: Images, light: Light, random: Random): Images {
  if (light === 'as they are') return images;
  return images.map((pixels) => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    return pixels.map(
      (value, i) => value + a + (b * ((i % 8) - 3.5)) / 3.5 + (c * (Math.floor(i / 8) - 3.5)) / 3.5,
    );
  });
}

/** Draws classes, and images without repetition. The classes of an episode get the numbers 0, 1, … in random order. */
export function makeEpisodes(classes: readonly Images[], count: number, random: Random): Episodes {
  const parts = Array.from({length: count}, () => {
    const chosen = permutation(classes.length, random).slice(0, WAYS);
    const [support, query]: number[][][] = [[], []];
    for (const c of chosen) {
      const order = permutation(classes[c].length, random).map((i) => classes[c][i]);
      support.push(...order.slice(0, SHOTS));
      query.push(...order.slice(SHOTS, SHOTS + QUERIES));
    }
    return {support, query};
  });
  const oneHot = (each: number) =>
    tf.tensor3d(
      parts.map(() =>
        Array.from({length: WAYS * each}, (_, i) =>
          Array.from({length: WAYS}, (__, k) => Number(k === Math.floor(i / each))),
        ),
      ),
    );
  return {
    support: tf.tensor3d(parts.map(({support}) => support)),
    labels: oneHot(SHOTS),
    query: tf.tensor3d(parts.map(({query}) => query)),
    answers: oneHot(QUERIES),
  };
}
