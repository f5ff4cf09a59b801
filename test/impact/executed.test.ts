import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printModules } from '../../src/codegen/print.ts';
import type { ImpactCode } from '../../src/impact/code.ts';
import { compareSnapshots } from '../../src/impact/compare-snapshots.ts';
import { sentCode, takeSnapshot } from '../../src/impact/take-snapshots.ts';
import { readStatements } from '../../src/sql/read.ts';
import { config } from '../codegen/support/build.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { type ExecutedCase, executedCases } from './executed-cases.ts';
import { type Called, call, type QueryFunction } from './random/call.ts';
import { roles } from './run-time-cases.ts';

interface Seen {
  readonly severity: string;
  readonly was: Called;
  readonly is: Called;
}

let database: TestDatabase;
const seen = new Map<string, Seen>();

/** Each case has tables of its own, so that two snapshots do for all. */
beforeAll(async () => {
  database = await createDatabase(18);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(
      `${roles('nodrift_uses', 'nodrift_owns')}; GRANT ALL ON SCHEMA public TO nodrift_uses, nodrift_owns`,
    );
    for (const { schema } of executedCases) await client.query(schema);
    const text = executedCases.map(queriesOf).join('\n');
    const { statements } = readStatements('queries.sql', text);
    const code: ImpactCode = {
      statements,
      texts: new Map([['queries.sql', text]]),
      lenientParameters: false,
      runtime: 'nodrift',
      diagnostics: [],
    };
    const { snapshot: before } = await takeSnapshot(client, statements, code);
    const functions = await generated([...before.queries.values()]);
    const callAll = async () => {
      // A session of its own: one from before has plans, and compiled functions.
      const caller = new Client({ connectionString: database.url });
      await caller.connect();
      const results = new Map<string, Called>();
      for (const [i, { queries, role }] of executedCases.entries())
        for (const [j, { params = {} }] of queries.entries()) {
          const query = before.queries.get(`queries.sql\nC${i}Q${j}`);
          const run = functions[`c${i}Q${j}`];
          if (query === undefined || run === undefined) throw new Error(`C${i}Q${j} is refused`);
          await caller.query(role === undefined ? 'RESET ROLE' : `SET ROLE ${role}`);
          results.set(`C${i}Q${j}`, await call(caller, query, run, params));
        }
      await caller.end();
      return results;
    };
    const were = await callAll();
    for (const { migration } of executedCases) await client.query(migration);
    const { snapshot: after } = await takeSnapshot(client, sentCode(code, before).statements, code);
    const { impacts } = compareSnapshots(before, after, { searchPath: ['public'], runtime: 'nodrift' });
    const verdicts = new Map(impacts.map(({ name, severity }) => [name, severity]));
    const nothing: Called = { ok: false, error: 'not called' };
    for (const [name, is] of await callAll())
      seen.set(name, { severity: verdicts.get(name) ?? 'unaffected', was: were.get(name) ?? nothing, is });
  } finally {
    await client.end();
  }
});
afterAll(() => database?.drop());

test.each(executedCases.map((one, i) => [one.name, i, one] as const))('%s', (_, i, { queries }) => {
  const found = queries.map(({ sql, fails }, j) => {
    const { severity, was, is } = seen.get(`C${i}Q${j}`) ?? {};
    const isMild = severity === 'unaffected' || severity === 'compatible';
    const error = was?.ok === false ? was.error : is?.ok === false ? is.error : '';
    const [, name, code = name] = /^(\w+) +([0-9A-Z]{5})?/.exec(error) ?? [];
    return { sql, error: fails === undefined ? error : code, isMild };
  });
  expect(found).toEqual(
    queries.map(({ sql, fails, isWarned }) => ({
      sql,
      error: fails ?? '',
      isMild: fails === undefined && isWarned !== true,
    })),
  );
});

function queriesOf({ queries }: ExecutedCase, i: number): string {
  return queries.map(({ sql, command = '' }, j) => `/* @name C${i}Q${j} ${command} */\n${sql};`).join('\n');
}

async function generated(
  queries: Parameters<typeof printModules>[0]['files'][number]['queries'],
): Promise<Readonly<Record<string, QueryFunction>>> {
  const root = mkdtempSync(join(tmpdir(), 'nodrift-executed-'));
  try {
    const { modules } = printModules({
      config: config({ root, srcDir: root, sharedTypes: 'schema.types.ts' }),
      files: [{ file: 'queries.sql', output: 'queries.queries.ts', queries }],
    });
    for (const { path, text } of modules) writeFileSync(join(root, path), text);
    return await import(join(root, 'queries.queries.ts'));
  } finally {
    rmSync(root, { recursive: true });
  }
}
