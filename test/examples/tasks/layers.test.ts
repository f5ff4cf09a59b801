import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forbiddenImports } from './layers.ts';

const tasks = fileURLToPath(new URL('../../../examples/tasks', import.meta.url));
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'nodrift-layers-'));
  cpSync(tasks, copy, { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true }));

test('domain and application import nothing of the database', () => {
  expect(forbiddenImports(tasks)).toEqual([]);
});

test.each([
  ["import pg from 'pg';", 'pg'],
  ["import 'nodrift-runtime';", 'nodrift-runtime'],
  ["import type { Pool } from 'pg';", 'pg'],
  ["export * from '../infra/user-repository.ts';", '../infra/user-repository.ts'],
  ["import '../../../queries/tasks.queries.ts';", '../../../queries/tasks.queries.ts'],
  ["import '../../elsewhere/domain/x.ts';", '../../elsewhere/domain/x.ts'],
  ["import '../application-of-another-sort/x.ts';", '../application-of-another-sort/x.ts'],
  ["const { Client } = await import('pg');", 'pg'],
  ['await import(`pg`);', 'pg'],
  ["await import('p' + 'g');", "'p' + 'g'"],
  ["import pg = require('pg');", 'pg'],
  ["const pg = require('pg');", 'pg'],
  ["type Pool = import('pg').Pool;", 'pg'],
  ["declare module 'x' { export * from 'pg'; }", 'pg'],
  ['/// <reference types="pg" />', 'pg'],
])('sees %s', (line, specifier) => {
  for (const layer of ['domain', 'application']) {
    writeFileSync(join(copy, layer, 'added.ts'), `${line}\nexport {};\n`);
  }
  expect(forbiddenImports(copy)).toEqual([
    `domain/added.ts imports '${specifier}'`,
    `application/added.ts imports '${specifier}'`,
  ]);
});

test('the domain does not know the application', () => {
  writeFileSync(join(copy, 'domain', 'added.ts'), "import '../application/ports.ts';\n");
  expect(forbiddenImports(copy)).toEqual(["domain/added.ts imports '../application/ports.ts'"]);
});
