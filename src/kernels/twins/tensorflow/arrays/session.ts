/** @file What runs on the device at the moment: the scopes that free its arrays, and the constants that stay until its end. */
import type {Attribute, Binding, NodeBackend} from '../../../backends/node-backend.js';
import type {Doubles} from './types.js';

/** What work on the device has made so far. */
interface Session {
  backend: NodeBackend;
  binding: Binding;
  /** The tensors of each open scope that are to be freed at its end. */
  scopes: number[][];
  /** Constants by their value, freed at the very end. */
  numbers: Map<number, Doubles>;
  integers: Map<string, number>;
  constants: Map<string, Doubles>;
  /** The attributes of each operation, which are the same in all its calls. */
  attributes: Map<string, Attribute[]>;
}

let session: Session | null = null;

/** The session that is open. */
export function current(): Session {
  if (!session) throw new Error('Arrays of the device exist only inside onDevice.');
  return session;
}

/** Runs `work`, and at its end frees all that was made by it, also if it throws. */
export function inSession<T>(backend: NodeBackend, work: () => T): T {
  const outer = session;
  session = {
    backend,
    binding: backend.binding,
    scopes: [[]],
    numbers: new Map(),
    integers: new Map(),
    constants: new Map(),
    attributes: new Map(),
  };
  const {scopes, numbers, integers, constants, binding} = session;
  try {
    return work();
  } finally {
    for (const id of scopes.flat()) binding.deleteTensor(id);
    for (const {id} of numbers.values()) binding.deleteTensor(id);
    for (const {id} of constants.values()) binding.deleteTensor(id);
    for (const id of integers.values()) binding.deleteTensor(id);
    session = outer;
  }
}

/** The backend on which the arrays are. */
export const deviceOf = (): {backend: NodeBackend} => ({backend: current().backend});
