/**
 * @file What `describe()` says about the parameters of a quadratic program, and a note about parameters that the user may not expect to be
 *   learned.
 */
import {QP_PARAMETERS, QP_SHAPES, type QPParameter} from '../../solvers/index.js';
import type {Part} from './description.js';
import type {QPSettings} from './qp-arguments.js';
import type {QPSizes} from './qp-parameters.js';

export type QPPart = Pick<Part, 'role' | 'as'>;

/** The parameters that the problem has. Before the layer is built there are no sizes, and these are only the given ones. */
export function qpParts(
  {fed, constants}: QPSettings,
  sizes: QPSizes | null,
  partOf: (parameter: QPParameter) => QPPart | null,
): Part[] {
  return QP_PARAMETERS.flatMap((name): Part[] => {
    const axes = QP_SHAPES[name].map((axis) => sizes?.[axis] ?? axis);
    if (fed.includes(name)) return [{name, role: 'fed', shape: ['B', ...axes]}];
    const constant = constants.get(name);
    if (constant) {
      const note = constant.rows && `sparse, ${constant.rows.length} entries`;
      return [{name, role: 'constant', shape: constant.shape, note}];
    }
    const part = sizes && partOf(name);
    return part ? [{name, shape: axes, ...part}] : [];
  });
}

/** The pairs of constraints, each with the argument that shows that the user wants it learned. */
const PAIRS = [
  {pair: ['G', 'h'], count: 'inequalities', size: 'm'},
  {pair: ['A', 'b'], count: 'equalities', size: 'k'},
] as const;

const noted = new Set<string>();

/**
 * Prints once which constraints a layer with constants learns although the user did not request it: the other half of a pair if one half
 * is given, or a whole pair in addition to constants. Passing the number of constraints counts as a request. A layer from a file prints
 * nothing.
 */
export function noteLearned(
  className: string,
  name: string,
  {fed, constants, fixed, fromFile}: QPSettings,
  sizes: QPSizes,
): void {
  if (constants.size === 0 || fromFile) return;
  const given = [...constants.keys()];
  const open = PAIRS.filter(({count, size}) => fixed[count] === undefined && sizes[size] > 0);
  const learned = open.flatMap(({pair}) =>
    pair.filter((parameter) => !given.includes(parameter) && !fed.includes(parameter)),
  );
  if (learned.length === 0) return;
  const key = [className, ...given, '|', ...learned].join();
  if (noted.has(key)) return;
  noted.add(key);
  const shown = learned.map((parameter) => {
    const shape = QP_SHAPES[parameter].map((axis) => sizes[axis]);
    return `${parameter} [${shape.join(', ')}]`;
  });
  const asked = open
    .filter(({pair}) => pair.some((parameter) => learned.includes(parameter)))
    .map(({count, size}) => `${count}: ${sizes[size]}`);
  const none = asked.map((text) => text.replace(/\d+$/, '0'));
  const whole = learned.includes('G') && learned.includes('h');
  console.info(
    `${className} '${name}' has the ${given.length === 1 ? 'constant' : 'constants'} ${given.join(', ')} and learns ` +
      `${shown.join(' and ')}. If that is not meant, make ${learned.join(' and ')} a constant or an input` +
      `${whole ? `, or pass ${none.join(', ')} for none` : ''}. If it is, pass ${asked.join(', ')}, and this is not said. ` +
      'describe() lists what a layer learns.',
  );
}
