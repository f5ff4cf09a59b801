import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodrift, project } from './support/cli.ts';

test('the project that init writes works at once', async () => {
  const { root } = project({ 'package.json': '{}' });
  expect(await nodrift(['init'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await nodrift(['generate'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await nodrift(['check'], { cwd: root })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(readdirSync(join(root, 'queries')).sort()).toEqual(['notes.queries.ts', 'notes.sql']);
});
