// Builds dist/: the tool (its CLI and its functions) and, in dist/nodrift-runtime, the package that generated modules import.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const runtime = 'dist/nodrift-runtime';
// No file of the last build is to be packed.
rmSync('dist', { recursive: true, force: true });
mkdirSync(runtime, { recursive: true });

const common = { bundle: true, target: 'node20.12', logLevel: 'warning', metafile: true };
// CommonJS starts quicker than modules do. What has no import.meta there gets the one thing that is asked of it.
const commonJs = {
  ...common,
  platform: 'node',
  format: 'cjs',
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

const [exported, [library, testing]] = await Promise.all([
  buildRuntime(),
  buildLibrary(),
  buildMigrate(),
  buildCli(),
  buildDeclarations(),
]);
facade(`${runtime}/node.js`, './index.cjs', exported);
facade('dist/index.js', './library/bundle.cjs', library);
facade('dist/testing.js', './library/bundle.cjs', testing);
facade('dist/runtime.js', 'nodrift-runtime', ['*']);
for (const name of ['package.json', 'README.md']) copyFileSync(`src/runtime/${name}`, `${runtime}/${name}`);
copyFileSync('LICENSE', `${runtime}/LICENSE`);

/** The runtime as a module, for bundlers and browsers, and as CommonJS, which is what Node runs however it is loaded. */
async function buildRuntime() {
  const options = {
    ...common,
    entryPoints: ['src/runtime/index.ts'],
    platform: 'neutral',
    packages: 'external',
    // Lines that a stack trace can point at.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120,
  };
  // For Node all names stay, and those of the exports are written so that a module can import them.
  await build({ ...options, platform: 'node', format: 'cjs', outfile: `${runtime}/index.cjs` });
  // Bundlers shorten names anyway.
  const bundled = { ...options, format: 'esm', minifyIdentifiers: true, outfile: `${runtime}/index.js` };
  const { metafile } = await build(bundled);
  return exportsOf(metafile, `${runtime}/index.js`);
}

/** What `nodrift` and `nodrift/testing` export, in one file: what one throws is of the other's classes. */
async function buildLibrary() {
  const entries = ['src/index.ts', 'src/testing/index.ts'];
  const contents = entries.map((path) => `export * from './${path}';`).join('\n');
  await build({
    ...commonJs,
    stdin: { contents, resolveDir: root },
    outfile: 'dist/library/bundle.cjs',
    plugins: [{ name: 'outside', setup: keepPackagesOutside }],
  });
  await build({
    ...common,
    entryPoints: ['src/testing/keeper.ts'],
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile: 'dist/library/keeper.mjs',
  });
  return Promise.all(
    entries.map(async (path) => {
      const options = {
        ...common,
        entryPoints: [path],
        platform: 'node',
        format: 'esm',
        packages: 'external',
      };
      const { metafile } = await build({ ...options, outfile: 'out.js', write: false });
      return exportsOf(metafile, 'out.js');
    }),
  );
}

/** What applies migrations is small, and there once: CommonJS loads the module when it is called. */
async function buildMigrate() {
  const { outputFiles } = await build({
    ...common,
    entryPoints: ['src/migrate/index.ts'],
    platform: 'neutral',
    format: 'esm',
    minify: true,
    write: false,
    plugins: [{ name: 'outside', setup: keepPackagesOutside }],
  });
  // esbuild takes these comments away: bundlers are not to look for what only Node.js, Deno and Bun have.
  const code = outputFiles[0].text.replace(
    /\bimport\((?=\w)/,
    '$&/* @vite-ignore */ /* webpackIgnore: true */ ',
  );
  writeFileSync(`${runtime}/migrate.js`, code);
  const migrate = "(...args) => import('./migrate.js').then(({ migrate }) => migrate(...args))";
  const error = "require('nodrift-runtime').MigrationError";
  writeFileSync(
    `${runtime}/migrate.cjs`,
    `exports.migrate = ${migrate};\nexports.MigrationError = ${error};\n`,
  );
}

async function buildCli() {
  const outfile = (name) => ({ ...commonJs, outfile: `dist/cli/${name}.cjs` });
  await build({
    ...outfile('bundle'),
    entryPoints: ['src/cli/main.ts'],
    plugins: [{ name: 'outside', setup: keepImportedOutside }],
  });
  await build({ ...outfile('imported'), entryPoints: ['src/database/imported.ts'], packages: 'external' });
  await build({ ...outfile('main'), entryPoints: ['src/cli/launch.ts'], packages: 'external' });
}

/**
 * One file of declarations for each entry. The modules' are those of CommonJS, as in Node the modules themselves are: a
 * class that has private fields is one type, whichever of the two a file is.
 */
async function buildDeclarations() {
  const entries = {
    index: 'dist/index',
    'testing/index': 'dist/testing',
    'runtime/index': `${runtime}/index`,
    'migrate/index': `${runtime}/migrate`,
  };
  for (const [from, to] of Object.entries(entries)) {
    const bundle = await rollup({
      input: `src/${from}.ts`,
      external: from === 'migrate/index' ? ['nodrift-runtime'] : [],
      plugins: [dts({ tsconfig: 'tsconfig.json' })],
    });
    await bundle.write({ file: `${to}.d.cts` });
    writeFileSync(`${to}.d.ts`, `export * from './${basename(to)}.cjs';\n`);
  }
  for (const extension of ['d.ts', 'd.cts']) {
    writeFileSync(`dist/runtime.${extension}`, "export * from 'nodrift-runtime';\n");
  }
}

function exportsOf({ outputs }, path) {
  return outputs[path].exports.sort();
}

/** Two files, a module and CommonJS, that export what another has: whoever loads either has the same classes and state. */
function facade(path, from, names) {
  const list = names.join(', ');
  const source = `'${from}';\n`;
  writeFileSync(path, names[0] === '*' ? `export * from ${source}` : `export { ${list} } from ${source}`);
  if (path.startsWith(runtime)) return;
  writeFileSync(
    path.replace(/js$/, 'cjs'),
    names[0] === '*'
      ? `module.exports = require('${from}');\n`
      : `const { ${list} } = require('${from}');\nmodule.exports = { ${list} };\n`,
  );
}

/** string-width is an ES module only, which Node 20 cannot require; all other packages stay outside. */
function keepPackagesOutside({ onResolve }) {
  onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
    path === 'string-width' || importer.includes('node_modules') ? undefined : { path, external: true },
  );
}

function keepImportedOutside(plugin) {
  plugin.onResolve({ filter: /\/imported\.ts$/ }, () => ({ path: './imported.cjs', external: true }));
  keepPackagesOutside(plugin);
}
