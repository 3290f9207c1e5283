/**
 * The rooms of src/, top floor first (ARCHITECTURE.md). An import goes down this list, never up and never in a circle.
 */
const rooms = [
  'layers',
  'convex',
  'objectives',
  'losses',
  'projections',
  'solvers',
  'prox',
  'conditions',
  'implicit',
  'linsolve',
  'linalg',
  'programs',
  'kernels',
  'autodiff',
  'checks',
];

/** The rooms within a room, likewise. */
const inner = {
  solvers: [
    'conic',
    'quadratic',
    'least-squares',
    'stochastic',
    'perturbed',
    'roots',
    'descent',
    'proximal',
    'iteration',
  ],
  kernels: ['operations', 'threads', 'algorithms', 'twins', 'backends', 'contracts'],
  layers: ['base'],
};

/** Forbids imports from a room of the list to one that stands before it, or to a file that lies above all of them. */
const upward = (folder, list, above) =>
  list.map((room, i) => ({
    name: `no-import-up-from-${folder.replace('src/', '')}${room}`.replaceAll('/', '-'),
    severity: 'error',
    from: {path: `^${folder}${room}/`},
    to: {path: [...list.slice(0, i).map((name) => `^${folder}${name}/`), above]},
  }));

module.exports = {
  forbidden: [
    ...upward('src/', rooms, '^src/(index|register|node-webgpu)\\.ts$'),
    ...Object.entries(inner).flatMap(([room, list]) =>
      upward(`src/${room}/`, list, `^src/${room}/[^/]+\\.ts$`),
    ),
    {
      // Types too: two files that need each other are one file, or lack a third.
      name: 'no-circle',
      severity: 'error',
      from: {},
      to: {circular: true},
    },
    {
      name: 'library-does-not-know-the-command',
      severity: 'error',
      from: {path: '^src/'},
      to: {path: '^cli/'},
    },
    {
      // The command is a user of the library, by its public names.
      name: 'command-imports-public-names',
      severity: 'error',
      from: {path: '^cli/'},
      to: {path: '^src/', pathNot: '^src/index\\.ts$'},
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
      from: {path: '^(src|cli|test|examples|bench)/'},
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
