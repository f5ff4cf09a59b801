import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const biome = fileURLToPath(new URL('../../node_modules/@biomejs/biome/bin/biome', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nodrift-lint-'));
  cpSync(fixtures, folder, { recursive: true });
  const configuration = {
    root: true,
    formatter: { indentStyle: 'space', indentWidth: 2, lineWidth: 100 },
    javascript: { formatter: { quoteStyle: 'single', trailingCommas: 'all' } },
    linter: {
      rules: {
        preset: 'recommended',
        // PgTyped's own types for queries without parameters or columns.
        suspicious: { noConfusingVoidType: 'off', noExplicitAny: 'error' },
        correctness: { noUnusedImports: 'error', noUnusedVariables: 'error' },
        style: { useImportType: 'error' },
      },
    },
    assist: { actions: { source: { organizeImports: 'on' } } },
  };
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(configuration));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['nodrift', 'pgtyped'])('the modules for %s are as a formatter and a linter want them', (runtime) => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [biome, 'check', '--error-on-warnings', '--config-path', folder, runtime],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(stdout + stderr).toMatch(/^Checked [12] files? in .*\. No fixes applied\.\s*$/);
  expect(status).toBe(0);
});
