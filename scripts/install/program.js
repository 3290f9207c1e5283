/* global performance, setTimeout */
/** @file What every host must be able to do, as a stranger would write it: plain JavaScript with `tf` and the library given. */

/** Solves a quadratic program, takes its gradient, trains a layer, loads a saved model, and sees whether threads help. */
export async function exercise(tf, library, saved, {threadsWithin = 0} = {}) {
  await tf.setBackend('cpu');
  await tf.ready();
  const {QPLayer, solveQP} = library;
  const before = tf.memory().numTensors;
  const result = {};

  // The closest point to (1, 2) with x + y ≤ 1.
  const solve = (p) => solveQP({Q: tf.eye(2), p, G: tf.tensor2d([[1, 1]]), h: tf.tensor1d([1])}).x;
  const p = tf.tensor2d([[-1, -2]]);
  result.x = Array.from(tf.tidy(() => solve(p).dataSync()));
  result.gradient = Array.from(
    tf.tidy(() =>
      tf
        .grad((q) => tf.sum(tf.mul(solve(q), [[1, 3]])))(p)
        .dataSync(),
    ),
  );

  // x = −p / 1.001: an untrained layer without constraints.
  const model = tf.sequential({layers: [new QPLayer({inputShape: [2], inequalities: 0})]});
  result.layer = Array.from(tf.tidy(() => model.predict(tf.tensor2d([[1, -2]])).dataSync()));
  const optimizer = tf.train.sgd(0.1);
  model.compile({optimizer, loss: 'meanSquaredError'});
  const goal = tf.tensor2d([[-0.5, 1]]);
  const input = tf.tensor2d([[1, -2]]);
  const {history} = await model.fit(input, goal, {epochs: 3, verbose: 0});
  result.falls = history.loss[2] < history.loss[0];

  // Every layer in it is found by the name that it has registered.
  const weightData = new Uint8Array(saved.weightData).buffer;
  const loaded = await tf.loadLayersModel(tf.io.fromMemory({...saved.artifacts, weightData}));
  result.loaded = Array.from(tf.tidy(() => loaded.predict(tf.tensor2d(saved.input)).dataSync()));

  model.dispose();
  optimizer.dispose();
  loaded.dispose();
  tf.dispose([p, goal, input]);
  result.leaked = tf.memory().numTensors - before;
  result.helped = threadsWithin > 0 ? await samplesOfWorkers(tf, library, 1000 * threadsWithin) : 0;
  return result;
}

/** How many samples of a batch other threads took, as soon as they take any; all numbers must be those of one thread. */
async function samplesOfWorkers(tf, {setThreads, solveQP}, milliseconds) {
  const [batch, n, m] = [64, 32, 40];
  const problem = {
    Q: tf.eye(n),
    p: tf.randomNormal([batch, n], 0, 1, 'float32', 1),
    G: tf.randomNormal([m, n], 0, 1, 'float32', 2),
    h: tf.fill([m], 0.5),
  };
  const solve = () => tf.tidy(() => Array.from(solveQP(problem).x.dataSync()));
  setThreads(1);
  const alone = solve();
  setThreads(3);
  // Whoever takes a sample adds one to the first word of the job's control block: here the calling thread is counted.
  const {add} = Atomics;
  let taken = 0;
  Atomics.add = (words, index, value) => {
    if (index === 0) taken++;
    return add(words, index, value);
  };
  try {
    const end = performance.now() + milliseconds;
    do {
      taken = 0;
      const together = solve();
      if (together.some((value, i) => value !== alone[i])) throw new Error('threads change the numbers');
      if (taken > 0 && taken - 1 < batch) return batch - (taken - 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (performance.now() < end);
    return 0;
  } finally {
    Atomics.add = add;
    setThreads(1);
    tf.dispose(problem);
  }
}
