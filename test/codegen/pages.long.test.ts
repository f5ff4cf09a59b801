import { afterAll, beforeAll, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { printModules } from '../../src/codegen/print.ts';
import type { Config } from '../../src/project/config.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { config } from './support/build.ts';
import { type TestProject, testProject } from './support/compile.ts';

/** Types that rows can be sorted by, without those that are not exact as what they are by default. */
const types = {
  ...{
    a_bool: 'bool',
    an_int2: 'int2',
    an_int4: 'int4',
    an_int8: 'int8',
    a_float4: 'float4',
    a_float8: 'float8',
  },
  ...{
    a_numeric: 'numeric',
    a_money: 'money',
    a_text: 'text',
    a_varchar: 'varchar(9)',
    a_bpchar: 'bpchar(3)',
  },
  ...{ a_uuid: 'uuid', a_date: 'date', a_time: 'time', a_timetz: 'timetz', a_timestamp: 'timestamp' },
  ...{
    a_timestamptz: 'timestamptz(3)',
    an_interval: 'interval',
    a_bytea: 'bytea',
    an_inet: 'inet',
    a_bit: 'bit(3)',
  },
  ...{ an_enum: 'mood', a_domain: 'word', an_array: 'text[]', an_enum_array: 'mood[]', a_range: 'int4range' },
  listed: "text CHECK (listed IN ('a', 'b'))",
};

let database: Analysed;
let project: TestProject;
beforeAll(async () => {
  const columns = Object.entries(types).map(([name, type]) => `${name} ${type} NOT NULL`);
  database = await analysed(
    18,
    `CREATE TYPE mood AS ENUM ('sad', 'glad');
     CREATE DOMAIN word AS text CHECK (VALUE <> '');
     CREATE TABLE thing (id int8 PRIMARY KEY, exact timestamptz NOT NULL, fine timestamp NOT NULL, ${columns.join(', ')});`,
  );
  project = testProject();
});
afterAll(async () => {
  await database?.close();
  project?.remove();
});

async function printed(column: string, known: Partial<Config> = {}) {
  const sql = `/* @name By_${column} :many @optional after @param after -> (${column}, id) */
    SELECT * FROM thing WHERE (${column}, id) > :after ORDER BY ${column}, id LIMIT 9;`;
  const { statements } = readStatements('q.sql', sql);
  const { queries, diagnostics } = await analyse(database.client, statements, {
    texts: new Map([['q.sql', sql]]),
    lenientParameters: false,
  });
  expect(diagnostics).toEqual([]);
  const files = [{ file: 'q.sql', output: '/app/queries/q.queries.ts', queries }];
  return { queries, ...printModules({ config: config(known), files }) };
}

it('takes a row of the page before, whatever the type that it is sorted by', async () => {
  const names = Object.keys(types);
  const files = [];
  for (const name of names) {
    const { queries, diagnostics } = await printed(name);
    expect(diagnostics, name).toEqual([]);
    files.push({ file: `${name}.sql`, output: `/app/queries/${name}.queries.ts`, queries });
  }
  const { modules } = printModules({ config: config(), files });
  for (const { path, text } of modules) project.write(path.replace('/app/queries/', ''), text);
  const calls = names.map((name) => {
    const stem = `By_${name}`.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const call = stem.replace(/^B/, 'b');
    return `import { ${call} } from './${name}.queries.js';
      const ${call}Rows = await ${call}(db, {});
      await ${call}(db, { after: ${call}Rows.at(-1) });`;
  });
  project.write(
    'use.ts',
    `import type { Connection } from 'nodrift-runtime';\ndeclare const db: Connection;\n${calls.join('\n')}`,
  );
  expect(await project.compile('typescript')).toBe('');
});

it.each([
  ['exact', {}, 'timestamptz'],
  ['fine', { types: { timestamp: 'Date' } }, 'timestamp'],
  ['fine', { types: { 'public.thing.fine': 'Date' } }, 'timestamp'],
] as const)('is refused where %s with %j loses microseconds', async (column, known, type) => {
  const { modules, diagnostics } = await printed(column, known);
  expect(diagnostics).toEqual([
    expect.objectContaining({
      code: 'ND3022',
      message: `By_${column}: a page begins after ${column}, which is a Date with milliseconds, but a ${type} has microseconds, so that pages omit or repeat rows`,
      hint: `Make the column ${type}(3), or configure "types": { "public.thing.${column}": "string" }.`,
    }),
  ]);
  expect(modules).toEqual([]);
});

it.each([
  ['exact', { types: { timestamptz: 'string' } }],
  ['exact', { types: { 'public.thing.exact': 'temporal-polyfill#Temporal.Instant' } }],
  ['a_numeric', { types: { numeric: 'decimal.js#Decimal' } }],
] as const)('is accepted where %s with %j is exact', async (column, known) => {
  expect((await printed(column, known)).diagnostics).toEqual([]);
});
