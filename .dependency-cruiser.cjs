/**
 * The rooms of src/, top floor first (ARCHITECTURE.md). An import goes down this list, never up and never in a circle.
 */
const rooms = [
  'layers',
  'losses',
  'projections',
  'solvers',
  'prox',
  'conditions',
  'implicit',
  'linsolve',
  'linalg',
  'kernels',
  'autodiff',
  'checks',
];

const upward = rooms.slice(1).map((room, i) => ({
  name: `no-import-up-from-${room}`,
  severity: 'error',
  from: {path: `^src/${room}/`},
  to: {path: `^src/(${rooms.slice(0, i + 1).join('|')}|index|register)(/|\\.ts$)`},
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'no-circle',
      severity: 'error',
      from: {},
      to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
    },
    {
      name: 'only-layers-know-keras',
      severity: 'error',
      from: {path: '^src/', pathNot: '^src/layers/'},
      to: {path: 'tfjs-layers'},
    },
    {
      name: 'no-deep-tfjs-import',
      severity: 'error',
      from: {path: '^(src|test|examples|bench)/'},
      to: {
        path: '@tensorflow/[^/]+/.+',
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@tensorflow/',
      },
    },
    {
      name: 'no-orphan',
      severity: 'error',
      from: {orphan: true, path: '^src/', pathNot: '\\.d\\.ts$|^src/kernels/twins/host/assembly/'},
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    doNotFollow: {path: 'node_modules'},
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
