/** @file Euclidean projections onto convex sets, and two onto sets that are not; all work on batches. */
export {affineSet, type AffineSetParams} from './affine-set.js';
export {box, hypercube, nonNegative, type BoxParams} from './box.js';
export {boxSection, type BoxSectionParams} from './box-section.js';
export {coneProduct, coneSize, dualConeProduct, type Cones} from './cones.js';
export {entmax, type EntmaxParams} from './entmax.js';
export {halfspace, hyperplane, type HyperplaneParams} from './hyperplane.js';
export {isotonic, type IsotonicParams} from './isotonic.js';
export {l1Ball, l1Sphere, type RadiusParams} from './l1-ball.js';
export {normmax, type NormmaxParams} from './normmax.js';
export {l2Ball, l2Sphere, linfBall} from './norm-balls.js';
export {permutahedron, type PermutahedronParams} from './permutahedron.js';
export {polyhedron, type PolyhedronParams} from './polyhedron.js';
export {psdCone} from './psd-cone.js';
export {secondOrderCone} from './second-order-cone.js';
export {simplex, sparsemax, type SimplexParams, type SparsemaxOptions} from './simplex.js';
export {softRank, softSort, type SoftSortParams} from './soft-sort.js';
export {sparseSimplex, type SparseSimplexParams} from './sparse-simplex.js';
export {birkhoff, klBirkhoff, klTransport, transport, type TransportParams} from './transport.js';
