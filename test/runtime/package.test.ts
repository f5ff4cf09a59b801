import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const runtime = fileURLToPath(new URL('../../src/runtime/', import.meta.url));
const plainQuery = `
  import { int4, maybe, numeric, text, timestamptz } from './index.ts';
  export const getCar = maybe({
    name: 'getCar',
    file: 'queries/cars.sql',
    sql: 'SELECT id, year, price, sold_at FROM cars WHERE id = $1',
    params: [{ name: 'id', codec: text }],
    columns: [['id', text], ['year', int4], ['price', numeric], ['sold_at', timestamptz]],
  });
`;

async function bundle(contents: string, platform: 'neutral' | 'browser' = 'neutral'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: runtime, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform,
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

describe('the runtime as a package', () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'nodrift-runtime-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('imports nothing but itself', () => {
    const files = readdirSync(runtime, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const source = readFileSync(join(runtime, file), 'utf8');
      for (const [, specifier = ''] of source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
        expect(
          resolve(dirname(join(runtime, file)), specifier).startsWith(resolve(runtime)),
          `${file}: ${specifier}`,
        ).toBe(true);
        expect(specifier).toMatch(/^\.\.?\/.*\.ts$/);
      }
    }
  });

  it('is under 9 KiB, minified and gzipped, for what a plain query needs', async () => {
    const size = gzipSync(await bundle(plainQuery)).length;
    expect(size).toBeLessThan(9 * 1024);
  });

  it('leaves nothing behind of what is not used', async () => {
    expect(await bundle(`import './index.ts';`)).toBe('');
    expect(await bundle(`import * as everything from './index.ts';`)).toBe('');
    expect((await bundle(`export { text } from './index.ts';`)).length).toBeLessThan(200);
    expect((await bundle(`export { array, int4, json, range } from './index.ts';`)).length).toBeLessThan(
      4000,
    );
  });

  // TypeScript's default for CommonJS until 6.0, which does not consider `exports`.
  it('has types for the older resolution, too', () => {
    const root = '/project/node_modules/nodrift';
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { exports }: { exports: Readonly<Record<string, string | { require: { types: string } }>> } =
      JSON.parse(manifest);
    for (const [entry, target] of Object.entries(exports)) {
      if (typeof target === 'string') continue;
      const types = join(root, target.require.types);
      const { resolvedModule } = ts.resolveModuleName(
        join('nodrift', entry),
        '/project/index.ts',
        { moduleResolution: ts.ModuleResolutionKind.Node10 },
        {
          fileExists: (path) => path === types || path === `${root}/package.json`,
          readFile: (path) => (path === `${root}/package.json` ? manifest : undefined),
        },
      );
      expect(resolvedModule?.resolvedFileName, entry).toBe(types);
    }
  });

  it('bundles for platforms that are not Node', async () => {
    expect(await bundle(`export * from './index.ts';`, 'browser')).toContain('nodrift:query');
  });

  it('keeps the names of errors when minified', async () => {
    const file = join(dir, 'errors.mjs');
    const contents = `
      import { one, text } from './index.ts';
      const query = one({ name: 'q', file: 'q.sql', sql: 'SELECT 1', params: [], columns: [['x', text]] });
      query({ query: async () => ({ rows: [] }) }).catch((error) => console.log(String(error)));
    `;
    writeFileSync(file, await bundle(contents));
    const { stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(stdout).toBe('NoRowError: q (q.sql): expected exactly one row, found none\n');
  });
});
