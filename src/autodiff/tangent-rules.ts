/** @file The tangent of one operation: by the rule of its kernel, or else by two applications of its gradient. */
import * as tf from '@tensorflow/tfjs-core';
import type {TapeNode} from './engine.js';
import {backpropagate, gradientOf, shapedLike, withRecording} from './tape.js';

/** What the tape does not say about an operation that is a kernel. */
interface KernelNote {
  kernel: string;
  attributes: object;
}

const notes = new WeakMap<TapeNode, KernelNote>();

export function noteAttributes(node: TapeNode, kernel: string, attributes: object = {}): void {
  notes.set(node, {kernel, attributes});
}

/** Tangents of inputs, by the names of the inputs. The others do not move. */
type Moving = ReadonlyMap<string, tf.Tensor>;

/**
 * The tangents of the float32 outputs of a node; `null` stands for zero.
 *
 * @throws If the operation has no gradient, or none that is differentiable in its cotangent.
 */
export function tangentsOf(node: TapeNode, moving: Moving): (tf.Tensor | null)[] {
  const note = notes.get(node);
  // An operation without a gradient has no derivative here, even if its kernel had a rule.
  gradientOf(node);
  if (note && SYMMETRIC.has(note.kernel)) return [transposedProduct(node, moving)];
  if (note && isAlive(node)) {
    const {kernel, attributes} = note;
    const rule = RULES[kernel];
    if (rule) return [rule(node, moving)];
    const linear = LINEAR[kernel];
    if (linear && (linear === ALL || [...moving.keys()].every((name) => linear.includes(name))))
      return sameKernel(kernel, {...attributes, ...CHANGED[kernel]}, node.inputs, moving, linear);
    const bilinear = BILINEAR[kernel];
    if (bilinear && [...moving.keys()].every((name) => bilinear.includes(name)))
      return [productRule(kernel, attributes, node.inputs, moving)];
  }
  return byTwoGradients(node, moving);
}

/** Whether the rules can read the tensors of the operation. Its gradient has copies. */
const isAlive = ({inputs, outputs}: TapeNode) =>
  [...Object.values(inputs), ...outputs].every(({isDisposed}) => !isDisposed);

/** u ↦ uᵀJ is linear in u, so its own gradient along v is Jv. */
function byTwoGradients(node: TapeNode, moving: Moving): (tf.Tensor | null)[] {
  const names = [...moving.keys()];
  const u = node.outputs.map((output) => (output.dtype === 'float32' ? tf.zeros(output.shape) : null));
  const floats = u.filter((each) => each !== null);
  const pull = () => {
    const wanted = Object.fromEntries(names.map((name) => [name, node.inputs[name]]));
    const gradients = gradientOf(node).call({...node, inputs: wanted}, u);
    return names.map((name) => {
      if (!(name in gradients))
        throw new Error(`The gradient of '${node.kernelName}' lacks its input '${name}'.`);
      return shapedLike(node.inputs[name], gradients[name]());
    });
  };
  return withRecording(
    pull,
    ({outputs, tape}) => backpropagate(tape, floats, outputs, [...moving.values()]) as tf.Tensor[],
  ) as (tf.Tensor | null)[];
}

/** Kernels of one input whose Jacobian is symmetric (most act on each entry by itself): Jv = vᵀJ. */
const SYMMETRIC = new Set([
  ...[tf.Abs, tf.Acos, tf.Acosh, tf.Asin, tf.Asinh, tf.Atan, tf.Atanh, tf.Cast, tf.Ceil, tf.ClipByValue],
  ...[tf.Cos, tf.Cosh, tf.Elu, tf.Erf, tf.Exp, tf.Expm1, tf.Floor, tf.LeakyRelu, tf.Log, tf.Log1p, tf.Neg],
  ...[tf.Reciprocal, tf.Relu, tf.Relu6, tf.Round, tf.Rsqrt, tf.Selu, tf.Sigmoid, tf.Sign, tf.Sin, tf.Sinh],
  ...[tf.Softmax, tf.Softplus, tf.Sqrt, tf.Square, tf.Step, tf.Tan, tf.Tanh],
]);

function transposedProduct(node: TapeNode, moving: Moving): tf.Tensor {
  const [[name, tangent]] = [...moving];
  return gradientOf(node)([tangent])[name]();
}

/** The inputs of a kernel that takes a list. */
const ALL = 'all';

/** Kernels that are linear in these inputs together. The kernel itself makes the tangent. */
const LINEAR: Record<string, string[] | typeof ALL | undefined> = {
  [tf.AvgPool]: ['x'],
  [tf.BatchToSpaceND]: ['x'],
  [tf.Concat]: ALL,
  [tf.Cumsum]: ['x'],
  [tf.ExpandDims]: ['input'],
  [tf.GatherV2]: ['x'],
  [tf.Mean]: ['x'],
  [tf.Pack]: ALL,
  [tf.PadV2]: ['x'],
  [tf.Reshape]: ['x'],
  [tf.ResizeBilinear]: ['images'],
  [tf.ResizeNearestNeighbor]: ['images'],
  [tf.Reverse]: ['x'],
  [tf.Select]: ['t', 'e'],
  [tf.Slice]: ['x'],
  [tf.SpaceToBatchND]: ['x'],
  [tf.SplitV]: ['x'],
  [tf.Sum]: ['x'],
  [tf.Tile]: ['x'],
  [tf.Transpose]: ['x'],
  [tf.Unpack]: ['value'],
  [tf.UnsortedSegmentSum]: ['x'],
};

/** The padding does not move. */
const CHANGED: Record<string, object | undefined> = {[tf.PadV2]: {constantValue: 0}};

/** Kernels that are linear in each of two inputs. */
const BILINEAR: Record<string, string[] | undefined> = {
  [tf.BatchMatMul]: ['a', 'b'],
  [tf.Conv2D]: ['x', 'filter'],
  [tf.Conv2DBackpropFilter]: ['x', 'dy'],
  [tf.Conv2DBackpropInput]: ['dy', 'filter'],
  [tf.DepthwiseConv2dNative]: ['x', 'filter'],
  [tf.Multiply]: ['a', 'b'],
};

function sameKernel(
  kernel: string,
  attributes: object,
  inputs: TapeNode['inputs'],
  moving: Moving,
  linear: string[] | typeof ALL,
): tf.Tensor[] {
  const given = Object.entries(inputs).map(([name, input]) => {
    const isLinear = linear === ALL || linear.includes(name);
    return [name, isLinear ? (moving.get(name) ?? tf.zerosLike(input)) : input];
  });
  return run(kernel, attributes, inputs, Object.fromEntries(given) as TapeNode['inputs']);
}

function productRule(
  kernel: string,
  attributes: object,
  inputs: TapeNode['inputs'],
  moving: Moving,
): tf.Tensor {
  const terms = [...moving].map(([name, tangent]) =>
    run(kernel, attributes, inputs, {...inputs, [name]: tangent}),
  );
  return terms.length === 1 ? terms[0][0] : tf.add(terms[0][0], terms[1][0]);
}

function run(
  kernel: string,
  attributes: object,
  like: TapeNode['inputs'],
  inputs: TapeNode['inputs'],
): tf.Tensor[] {
  const given = Array.isArray(like) ? Object.values(inputs) : inputs;
  const out: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(kernel, given as unknown as tf.NamedTensorMap, attributes as tf.NamedAttrMap);
  return [out].flat();
}

/** The tangent, repeated along the axes along which its input was. */
const spread = (tangent: tf.Tensor, {shape}: tf.Tensor) =>
  tf.util.arraysEqual(tangent.shape, shape) ? tangent : tf.broadcastTo(tangent, shape);

type Rule = (node: TapeNode, moving: Moving) => tf.Tensor | null;

const RULES: Record<string, Rule | undefined> = {
  [tf.Identity]: (_node, moving) => moving.get('x')!,
  [tf.ZerosLike]: () => null,
  [tf.OnesLike]: () => null,
  [tf.Add]: ({outputs: [y]}, moving) => {
    const [da, db] = [moving.get('a'), moving.get('b')];
    return da && db ? tf.add(da, db) : spread((da ?? db)!, y);
  },
  [tf.Sub]: ({outputs: [y]}, moving) => {
    const [da, db] = [moving.get('a'), moving.get('b')];
    return da && db ? tf.sub(da, db) : da ? spread(da, y) : tf.neg(spread(db!, y));
  },
  [tf.RealDiv]: ({inputs: {b}, outputs: [y]}, moving) => {
    const [da, db] = [moving.get('a'), moving.get('b')];
    if (!db) return tf.div(da!, b);
    const change = tf.mul(y, db);
    return tf.div(da ? tf.sub(da, change) : tf.neg(change), b);
  },
  [tf.SquaredDifference]: ({inputs: {a, b}}, moving) => {
    const [da, db] = [moving.get('a'), moving.get('b')];
    const change = da && db ? tf.sub(da, db) : (da ?? tf.neg(db!));
    return tf.mul(tf.mul(2, tf.sub(a, b)), change);
  },
  [tf.AddN]: (_node, moving) => tf.addN([...moving.values()]),
};
