import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const plainQuery = `
  import { int4, maybe, numeric, text, timestamptz } from './src/runtime/index.ts';
  export const getCar = maybe({
    name: 'getCar',
    file: 'queries/cars.sql',
    sql: 'SELECT id, year, price, sold_at FROM cars WHERE id = $1',
    params: [{ name: 'id', codec: text }],
    columns: [['id', text], ['year', int4], ['price', numeric], ['sold_at', timestamptz]],
  });
`;
const everything = `export * from './src/runtime/index.ts';`;

/** What the runtime weighs, minified and gzipped, and how long a new process takes to import it. */
export async function printPackage(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'nodrift-bench-'));
  try {
    console.log('\nthe runtime as a package\n                          bytes gzipped   import ms');
    for (const [name, contents] of Object.entries({
      'an empty module': '',
      'a plain query': plainQuery,
      everything,
    })) {
      const file = join(dir, 'bundle.mjs');
      const text = await minified(contents);
      writeFileSync(file, text);
      const bytes = gzipSync(text).length;
      console.log(
        `  ${name.padEnd(21)}${String(bytes).padStart(16)}${importMillis(file).toFixed(2).padStart(12)}`,
      );
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function minified(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** Median of new processes. */
function importMillis(file: string): number {
  const program = `const start = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - start);`;
  const times = Array.from({ length: 15 }, () =>
    Number(spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stdout),
  ).sort((a, b) => a - b);
  return times[7] ?? Number.NaN;
}
