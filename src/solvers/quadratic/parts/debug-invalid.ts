/** @file What is wrong with the data of an invalid quadratic program: entries, or the directions in which Q bends down. */
import * as tf from '@tensorflow/tfjs-core';
import {eigh} from '../../../linalg/index.js';
import type {OneQP} from '../../../kernels/index.js';
import {LISTED, marked, type Faults, type QPFault} from './debug-fault.js';
import {short} from './debug-problem.js';
import {badNumber} from './qp-report.js';

/** Of an entry of Q and its mirror image, relative to the largest entry. */
const ASYMMETRY = 1e-5;

/** Why the data make no sense. */
export async function invalid(problem: OneQP): Promise<Faults> {
  return numbers(problem) ?? asymmetry(problem) ?? flatOrBent(problem) ?? bentTogether(problem);
}

function numbers({n, values}: OneQP): Faults | null {
  const faults: QPFault[] = [];
  for (const [name, all] of Object.entries(values)) {
    const width = ['Q', 'G', 'A'].includes(name) ? n : 0;
    all.forEach((value, at) => {
      if (faults.length >= LISTED || !badNumber(name, Float32Array.of(value))) return;
      const place = width ? `${name}[${Math.floor(at / width)}][${at % width}]` : `${name}[${at}]`;
      faults.push({name: place, value, text: `is ${short(value)}`});
    });
  }
  if (faults.length === 0) return null;
  const ways = [
    'Find out where they come from: a division by zero, a logarithm of zero, weights that exploded.',
    'Where there is no bound, h and upper are Infinity, and lower is −Infinity.',
  ];
  return {reason: 'These numbers may not be there.', faults, ways};
}

function asymmetry({n, values: {Q}}: OneQP): Faults | null {
  const faults: QPFault[] = [];
  const largest = Q.reduce((a, value) => Math.max(a, Math.abs(value)), 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i && faults.length < LISTED; j++) {
      const difference = Math.abs(Q[i * n + j] - Q[j * n + i]);
      if (difference <= ASYMMETRY * largest) continue;
      const text = `is ${short(Q[i * n + j])}, but Q[${j}][${i}] is ${short(Q[j * n + i])}`;
      faults.push({name: `Q[${i}][${j}]`, value: difference, text});
    }
  }
  return faults.length > 0 ? {reason: 'Q is not symmetric.', faults, ways: ['Pass (Q + Qᵀ)/2.']} : null;
}

const NOT_CONVEX = 'Q is not positive semidefinite';

/** Variables with a negative diagonal entry, or with none but others in their row. */
function flatOrBent({n, values: {Q}}: OneQP): Faults | null {
  const faults: QPFault[] = [];
  for (let j = 0; j < n && faults.length < LISTED; j++) {
    const own = Q[j * n + j];
    const isAlone = Q.subarray(j * n, (j + 1) * n).every((value, i) => i === j || value === 0);
    if (own > 0 || (own === 0 && isAlone)) continue;
    const why = own < 0 ? '' : ', but the rest of its row is not';
    faults.push({name: `Q[${j}][${j}]`, value: own, text: `is ${short(own)}${why}`});
  }
  if (faults.length === 0) return null;
  return {
    reason: `${NOT_CONVEX}: along these variables the objective bends down.`,
    faults,
    ways: ['Build Q as LLᵀ, or make these entries larger.'],
  };
}

/** A direction of several variables; each is measured in units in which its diagonal entry is 1. */
async function bentTogether({n, values: {Q}}: OneQP): Promise<Faults> {
  const units = Array.from({length: n}, (_, j) => 1 / Math.sqrt(Q[j * n + j] || 1));
  const scaled = Q.map((value, at) => value * units[Math.floor(at / n)] * units[at % n]);
  const {eigenvalues, eigenvectors} = tf.tidy(() => eigh(tf.tensor2d(scaled, [n, n])));
  const [bends, directions] = [await eigenvalues.data(), await eigenvectors.data()];
  tf.dispose([eigenvalues, eigenvectors]);
  const first = Array.from({length: n}, (_, j) => directions[j * n]);
  const faults = marked(first, 1e-3).map((j) => ({
    name: `x[${j}]`,
    value: first[j] * units[j],
    text: `moves by ${short(first[j] * units[j])}; Q[${j}][${j}] is ${short(Q[j * n + j])}`,
  }));
  return {
    reason: `${NOT_CONVEX}: where these variables move together, the objective bends down.`,
    faults: faults.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
    ways: [`Build Q as LLᵀ, or multiply its diagonal by at least ${short(1 - bends[0])}.`],
  };
}
