// Builds dist/: declarations, the three entries of the package, and the CLI.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
// No file of the last build is to be packed.
rmSync('dist', { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });

const common = { bundle: true, platform: 'node', target: 'node20.12', logLevel: 'warning' };
await build({
  ...common,
  entryPoints: ['src/index.ts', 'src/testing/index.ts', 'src/runtime/index.ts'],
  format: 'esm',
  splitting: true,
  packages: 'external',
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
});

// CommonJS starts quicker than modules do. What has no import.meta there gets the one thing that is asked of it.
const commonJs = {
  ...common,
  format: 'cjs',
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};
await build({
  ...commonJs,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli/bundle.cjs',
  // string-width is an ES module only, which Node 20 cannot require; all other packages stay outside.
  plugins: [{ name: 'outside', setup: keepOutside }],
});
for (const [entry, name] of [
  ['src/database/imported.ts', 'imported'],
  ['src/cli/launch.ts', 'main'],
]) {
  await build({ ...commonJs, entryPoints: [entry], outfile: `dist/cli/${name}.cjs`, packages: 'external' });
}

function keepOutside({ onResolve }) {
  onResolve({ filter: /\/imported\.ts$/ }, () => ({ path: './imported.cjs', external: true }));
  onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
    path === 'string-width' || importer.includes('node_modules') ? undefined : { path, external: true },
  );
}
