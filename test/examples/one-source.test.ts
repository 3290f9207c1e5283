import {existsSync, readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {assert} from 'chai';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The examples whose experiment is NAME/NAME.ts; their figure is NAME/figure.ts. */
const NAMES = readdirSync(`${root}examples`).filter((name) =>
  existsSync(`${root}examples/${name}/${name}.ts`),
);

describe('one source for Node and a page', () => {
  it('there are fifteen experiments', () => {
    assert.lengthOf(NAMES, 15);
  });

  it('no experiment, and no figure, imports a module of Node', async () => {
    const {metafile} = await build({
      absWorkingDir: root,
      entryPoints: NAMES.flatMap((name) => [`examples/${name}/${name}.ts`, `examples/${name}/figure.ts`]),
      bundle: true,
      packages: 'external',
      platform: 'browser',
      format: 'esm',
      metafile: true,
      write: false,
      outdir: 'out',
    });
    // The library itself asks for Node's modules only where it runs in Node.
    const files = Object.entries(metafile.inputs).filter(([path]) => path.startsWith('examples/'));
    assert.isAtLeast(files.length, 2 * NAMES.length);
    const imports = files.flatMap(([path, {imports: all}]) =>
      all.filter(({external}) => external).map((one) => `${path}: ${one.path}`),
    );
    // What a page may load: the packages that have a version for pages.
    const pages = /: (@tensorflow\/|vega|vega-lite$)/;
    assert.deepEqual(
      imports.filter((one) => !pages.test(one)),
      [],
    );
  });
});
