import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import * as cars from '../../queries/cars.queries.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const queries = Object.values(cars);

async function bundle(runtime: 'bundled' | 'external'): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { sellCar } from './queries/cars.queries.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'silent',
    ...(runtime === 'bundled'
      ? { alias: { 'nodrift-runtime': `${root}src/runtime/index.ts` }, external: ['decimal.js'] }
      : { external: ['nodrift-runtime', 'decimal.js'] }),
  });
  return outputFiles[0]?.text ?? '';
}

it.each(['bundled', 'external'] as const)(
  'of a module with many queries only the one that is used is left, with the runtime %s',
  async (runtime) => {
    expect(queries.length).toBeGreaterThan(10);
    const text = await bundle(runtime);
    for (const { name } of queries) {
      const there = text.includes(`name: "${name}"`);
      expect(there, name).toBe(name === 'sellCar');
    }
    // Codecs that only the others use are gone as well.
    expect(text).not.toMatch(/\b(custom|array|composite|range)\(/);
  },
);
