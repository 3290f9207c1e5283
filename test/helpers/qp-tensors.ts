/** @file Known quadratic programs as tensors. */
import * as tf from '@tensorflow/tfjs-core';
import type {KnownQP} from '../zoo/quadratic-programs.js';

export const QP_NAMES = ['Q', 'p', 'G', 'h', 'A', 'b'] as const;
export type QPName = (typeof QP_NAMES)[number];

/** Sizes and data. */
export type QPData = Pick<KnownQP, 'n' | 'm' | 'k' | QPName>;

/** The parameters that the problem has, without a batch axis. */
export function namesOf({m, k}: Pick<QPData, 'm' | 'k'>): QPName[] {
  return QP_NAMES.filter((name) =>
    name === 'G' || name === 'h' ? m > 0 : name === 'A' || name === 'b' ? k > 0 : true,
  );
}

export function tensorsOf(qp: QPData): Partial<Record<QPName, tf.Tensor>> & {Q: tf.Tensor; p: tf.Tensor} {
  const {n, m, k} = qp;
  const shapes = {Q: [n, n], p: [n], G: [m, n], h: [m], A: [k, n], b: [k]};
  return Object.fromEntries(
    namesOf(qp).map((name) => [name, tf.tensor(qp[name].flat(), shapes[name])]),
  ) as ReturnType<typeof tensorsOf>;
}
