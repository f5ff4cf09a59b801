import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configText } from '../../src/cli/init-files.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { carsProject, nodrift, project } from '../cli/support/cli.ts';
import { type Block, blocksOf, pages, placeOf, readPage, root } from './support/blocks.ts';

const blocks = pages.flatMap((page) => blocksOf(page));
const [broken, healthy] = blocks
  .filter(({ language, mark }) => language === 'json' && !mark.startsWith('session: '))
  .reduce<[Block[], Block[]]>(
    ([b, h], block) =>
      block.mark.startsWith('configuration with') ? [[...b, block], h] : [b, [...h, block]],
    [[], []],
  );

/** What an example omits. */
const rest = { transforms: [{ mode: 'sql', include: '**/*.sql' }], srcDir: './queries' };

test.each(healthy.map((block) => [placeOf(block), block.text] as const))('%s is valid', (_, text) => {
  const { root } = project({ 'pgtyped.config.json': JSON.stringify({ ...rest, ...JSON.parse(text) }) });
  expect(loadConfig(join(root, 'pgtyped.config.json'), {}).path).not.toBe('');
});

test.each(broken.map((block) => [placeOf(block), block] as const))('%s gives its error', async (_, block) => {
  const copy = carsProject({
    'pgtyped.config.json': block.text,
    'migrations/2_ids.sql': 'CREATE TABLE keys (id uuid NOT NULL);\n',
    'queries/keys.sql': '-- @name ListKeys\nSELECT id FROM keys;\n',
  });
  const { exitCode, stderr } = await nodrift(['generate'], { cwd: copy.root });
  expect(stderr).toBe(blocks.find(({ mark }) => mark === `error of the ${block.mark}`)?.text);
  expect(exitCode).toBe(2);
});

test('the configuration of init is what init writes', () => {
  expect(blocks.find(({ mark }) => mark === 'configuration of init')?.text).toBe(configText);
});

test('every key is described', () => {
  const schema: unknown = JSON.parse(readFileSync(join(root, 'docs/config.schema.json'), 'utf8'));
  const page = readPage('docs/configuration.md');
  const keys = keysOf(schema).filter((key) => key !== '$schema' && key !== 'emitFileName');
  expect(keys).toContain('sharedTypes');
  expect(keys.filter((key) => !new RegExp(`[\`".]${key}[\`"]`).test(page))).toEqual([]);
});

/** The names of all properties that a JSON Schema describes, at any depth. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties' && typeof value === 'object' && value !== null
      ? [...Object.keys(value), ...Object.values(value).flatMap(keysOf)]
      : keysOf(value),
  );
}
