/** @file A routine, a bias and an activation in one kernel, as the layers of tfjs call it. */
import {binary} from './binary.js';
import {NoRoutine} from './no-routine.js';
import type {Operand, Routine, Site} from './types.js';
import {unary} from './unary.js';

const ACTIVATIONS: Record<string, string> = {
  elu: 'Elu',
  leakyrelu: 'LeakyRelu',
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
};

/**
 * @param first The routine of the kernel without bias and activation.
 * @param aligned Gives the bias and the weights of an activation the shape in which they are broadcast.
 */
export function fused(
  first: Routine,
  aligned: (site: Site, operand: Operand) => Operand = (_, own) => own,
): Routine {
  return (site) => {
    const {inputs, outputs, attributes} = site;
    const [out] = outputs;
    const {bias: [bias] = [], preluActivationWeights: [weights] = [], ...own} = inputs;
    const steps = [first({...site, inputs: own})];
    if (bias) {
      steps.push(binary.Add({inputs: {a: [out], b: [aligned(site, bias)]}, outputs, attributes: {}}));
    }
    const activation = attributes.activation as string | null | undefined;
    if (activation === 'prelu') {
      steps.push(
        binary.Prelu({inputs: {x: [out], alpha: [aligned(site, weights)]}, outputs, attributes: {}}),
      );
    } else if (activation && activation !== 'linear') {
      const kernel = ACTIVATIONS[activation];
      if (!kernel) throw new NoRoutine(`there is no routine for the activation '${activation}'`);
      const alpha = attributes.leakyreluAlpha ?? 0.2;
      steps.push(unary[kernel]({inputs: {x: [out]}, outputs, attributes: {alpha}}));
    }
    return () => {
      for (const step of steps) step();
    };
  };
}
