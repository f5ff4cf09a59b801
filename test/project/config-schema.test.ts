import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configJsonSchema } from './config-json-schema.ts';

test('docs/config.schema.json is current; if not, run npm run config-schema', () => {
  const written = readFileSync(new URL('../../docs/config.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(written)).toEqual(configJsonSchema());
});
