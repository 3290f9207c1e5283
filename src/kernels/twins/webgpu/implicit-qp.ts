/**
 * @file The kernel 'ImplicitQP' on WebGPU. The interior point and other solvers run in turn, each on the problems that the judge has not
 * accepted before; no part but the judge decides what is reported. Dispatches take turns between two shaders.
 */
import {NO_BOUND, QP_OUTPUTS} from '../../contracts/qp-limits.js';
import * as tf from '@tensorflow/tfjs-core';
import {candidateSize} from './candidate.wgsl.js';
import {chooseLanes, fastWords, wordsAtOnce} from './device.js';
import {gatherInto} from './gather.js';
import {HOT_AREAS} from './kkt.wgsl.js';
import {moveToFast, placesOf, roomFor, slotsIn, tileOf, type Areas} from './memory.js';
import {
  FIND,
  JUDGE_OTHERS,
  LAST_RESORT,
  quadraticProgram,
  quadraticProgramAreas,
} from './quadratic-program.wgsl.js';
import type {GpuCompute} from './register.js';
import {rescue, rescueAreas} from './rescue.wgsl.js';
import {bindInputs, solveProblems, type BoundProblems, type Routine} from './run-problems.js';
import {FIRST_PROOF, stateAreas} from './state.wgsl.js';
import type {WebGPU} from './types.js';
import {unpack} from './unpack.js';

type Inputs = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'gx' | 'gIneq' | 'gEq' | 'gSlack';
type Tensors = Record<Inputs, tf.TensorInfo>;

type Placed = ReturnType<typeof placesOf> & {fast?: number};

const INTEGERS: ReadonlySet<string> = new Set(['activity', 'status', 'iterations']);
const SCALARS: ReadonlySet<string> = new Set(['status', 'iterations', 'residual']);

export const gpuQP: GpuCompute<Inputs> = (inputs, attributes, backend) => {
  const {tolerance, maxIterations} = attributes as {tolerance: number; maxIterations: number};
  const [batch, n] = inputs.p.shape;
  const [m, k] = [inputs.G.shape[1], inputs.A.shape[1]];
  const outputs = QP_OUTPUTS.map((name) => {
    const {size} = stateAreas(n, m, k)[name];
    const shape = SCALARS.has(name) ? [batch] : [batch, size];
    const dtype = INTEGERS.has(name) ? 'int32' : 'float32';
    const none = tf.util.sizeFromShape(shape) === 0 && tf.util.getTypedArrayFromDType(dtype, 0);
    return backend.makeTensorInfo(shape, dtype, none || undefined);
  });
  if (batch === 0) return outputs;

  const lanes = chooseLanes(backend, {batch, width: n + m + k});
  const inFast = (rows: number): Placed => {
    const [solving, judging] = quadraticProgramAreas(n, rows);
    const {places, words} = placesOf(solving, judging);
    const atMost = (wanted: number) => fastWords(backend, lanes, wanted);
    return {...moveToFast(places, solving, HOT_AREAS, atMost), words};
  };
  const places = {
    interior: inFast(k + m),
    // One of the proofs is about n + 1 equalities more.
    proofs: inFast(n + 1 + k + m),
    rescue: placesOf(rescueAreas(n, k + m)),
  };
  // What needs more memory than the interior point gets no more, but solves some problems after others.
  const room = Math.min(wordsAtOnce(backend), roomFor(batch, places.interior.words, lanes));
  const work = backend.makeTensorInfo(
    [Math.max(room, ...Object.values(places).map(({words}) => words))],
    'float32',
  );
  const record = recordOf(backend, inputs, stateAreas(n, m, k), lanes);
  const {Q, p, G, h, A, b} = inputs;
  const bound = bindInputs(backend, {Q, G, A, p, h, b}, batch, 2);
  const problems = {
    ...{lanes, bound, first: 0, count: batch, record},
    sizes: {
      ...{n, m, k, given_k: k, candidate_size: candidateSize(n, k + m)},
      ...{mode: 0, without_far: 0, iteration_limit: maxIterations, guessed: 0},
      ...{first_step: FIND, last_step: FIND, from_candidate: 0, to_candidate: 0},
    },
    numbers: {tolerance, no_bound: NO_BOUND},
  };
  const stage = (routine: Routine, own: Placed, sizes: Record<string, number>) =>
    inSlots(backend, routine, {...problems, sizes: {...problems.sizes, ...sizes}}, own, work);
  const guessed = Number(inputs.gx !== undefined);
  stage(quadraticProgram, places.interior, {guessed});
  // First the same point on independent rows, then the active set.
  for (const [from_candidate, to_candidate] of [
    [1, 1],
    [2, FIRST_PROOF - 1],
  ]) {
    const range = {from_candidate, to_candidate};
    const isLast = to_candidate === FIRST_PROOF - 1;
    stage(rescue, places.rescue, range);
    stage(quadraticProgram, isLast ? places.proofs : places.interior, {
      ...{...range, first_step: JUDGE_OTHERS},
      // Results that are exact only up to f32 are accepted if there is no proof: far out, everything is small compared with x.
      last_step: isLast ? LAST_RESORT : JUDGE_OTHERS,
    });
  }
  const found = QP_OUTPUTS.map((name, i) => {
    const columns = tf.util.sizeFromShape(outputs[i].shape) / batch;
    return {info: outputs[i], at: record.places[name], step: 1, columns};
  });
  unpack(backend, record, found, 0, batch);
  for (const {dataId} of [work, record.info]) backend.disposeData(dataId);
  bound.dispose();
  return outputs;
};

/** Solves all problems in the memory that there is, some after others if they have no room at once. */
function inSlots(
  backend: WebGPU,
  routine: Routine,
  problems: Omit<BoundProblems, 'slots' | 'places'>,
  {words, ...placed}: Placed,
  info: tf.TensorInfo,
): void {
  const {slots, tile} = slotsIn(info.shape[0], words, problems);
  solveProblems(backend, routine, {...problems, ...placed, slots}, {info, words, tile});
}

/** The records of the problems, and behind them the guess. */
function recordOf(
  backend: WebGPU,
  {p, gx, gIneq, gEq, gSlack}: Partial<Tensors> & Pick<Tensors, 'p'>,
  areas: Areas,
  lanes: number,
): NonNullable<BoundProblems['record']> {
  const [batch] = p.shape;
  const {places, words} = placesOf(areas);
  const tile = tileOf(batch, lanes);
  const guess = Object.entries({gx, gIneq, gEq, gSlack}).filter(([, info]) => info !== undefined);
  let size = words * tile * Math.ceil(batch / tile);
  for (const name of ['gx', 'gIneq', 'gEq', 'gSlack']) places[`at_${name}`] = size;
  for (const [name, info] of guess) {
    places[`at_${name}`] = size;
    size += tf.util.sizeFromShape(info!.shape);
  }
  const info = backend.makeTensorInfo([size], 'float32');
  gatherInto(
    backend,
    info,
    guess.map(([, part]) => part!),
    guess.map(([name]) => places[`at_${name}`]),
  );
  return {info, words, tile, places};
}
