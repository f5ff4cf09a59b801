import { types } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { tsTypes } from '../../src/codegen/ts-types.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { majors } from '../support/postgres.ts';
import { config } from './support/build.ts';

/** Values of the types whose text is not as any other's; those of all others are `SAMPLE`. */
const samples: Readonly<Record<string, string>> = {
  bool: 't',
  bytea: '\\x00ff',
  date: '2024-02-29',
  interval: '1 mon',
  json: '{"a":[1]}',
  jsonb: '{"a":[1]}',
  point: '(1,2)',
  circle: '<(1,2),3>',
  timestamp: '2024-02-29 10:00',
  timestamptz: '2024-02-29 10:00+00',
};
/** The first of these that a type takes. */
const candidates = [
  ...[
    '1',
    '10.0.0.1',
    '08:00:2b:01:02:03',
    '08:00:2b:01:02:03:04:05',
    '10:00',
    '10:00+00',
    '[1,2)',
    '{[1,2)}',
    '{}',
  ],
  ...[
    '[2024-01-01,2024-01-02)',
    'empty',
    '(1,2)',
    '((1,2),(3,4))',
    '<(1,2),3>',
    '{1,2,3}',
    '0/1',
    '1:1:',
    '(0,1)',
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'pg_class',
    'now',
    'int4',
    'C',
    'public',
    'postgres',
    'simple',
    '<a/>',
  ],
  ...['english', 'english_stem', '=r/postgres', '+(integer,integer)', 'now()', '$.a', '{"a":1}', 'english'],
];

interface Column {
  readonly sql: string;
  readonly type: string;
  readonly values: readonly unknown[];
}

/** Every built-in type that a column can have, as is, in arrays, in domains, aggregated. */
async function columns(on: Analysed): Promise<readonly Column[]> {
  const { client } = on;
  const found = await client.query<{ name: string; sql: string }>(
    `SELECT t.typname AS name, format_type(t.oid, NULL) AS sql FROM pg_type t
     WHERE t.typtype IN ('b', 'r', 'm') AND t.typcategory <> 'A' AND t.oid < 16384 AND t.typarray <> 0 ORDER BY t.typname`,
  );
  const expressions: string[] = [];
  for (const [i, { name, sql }] of found.rows.entries()) {
    const sample = await sampleOf(on, name, sql);
    if (sample === null) continue;
    const literal = `'${sample}'::${sql}`;
    const wanted = [
      `CREATE DOMAIN d${i} AS ${sql}`,
      `CREATE DOMAIN l${i} AS ${sql}[]`,
      `CREATE DOMAIN n${i} AS l${i}`,
      `CREATE TABLE t${i} (v ${sql}, a ${sql}[], d d${i}, l l${i}, n n${i}, e d${i}[], m l${i}[])`,
      `INSERT INTO t${i} VALUES (${literal}, ARRAY[${literal}, NULL], ${literal}, ARRAY[NULL, ${literal}],
        ARRAY[${literal}], ARRAY[${literal}]::d${i}[], ARRAY[ARRAY[${literal}]::l${i}])`,
    ];
    await client.query(wanted.join(';\n'));
    const each = ['v', 'a', 'd', 'l', 'n', 'e', 'm'];
    const aggregated = ['v', 'a', 'd', 'l', 'e'].map((column) => `array_agg(${column})`);
    const others = ['ARRAY[v]', 'ARRAY[a]', 'ARRAY(SELECT v)', 'a[1:1]', 'a[1]', 'a || a'];
    const all = [...each, ...aggregated, ...others];
    expressions.push(...all.map((expression) => `${expression} AS value FROM t${i}`));
  }
  expect(expressions.length / 18).toBeGreaterThan(60);
  const text = expressions.map((sql, i) => `/* @name q${i} */ SELECT ${sql};`).join('\n');
  const { statements } = readStatements('q.sql', text);
  const { queries, diagnostics } = await analyse(client, statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: true,
  });
  await client.query('SET debug_print_parse = off');
  expect(diagnostics).toEqual([]);
  const typeOf = tsTypes(config({ runtime: '@pgtyped/runtime' }), queries);
  const answers: Column[] = [];
  for (const query of queries) {
    const [column] = query.columns;
    if (column === undefined) continue;
    const { rows } = await client.query<{ value: unknown }>(query.statement.sql);
    answers.push({
      sql: query.statement.sql,
      type: typeOf(column.value, 'result', column.source),
      values: rows.map(({ value }) => value),
    });
  }
  return answers;
}

async function sampleOf({ client }: Analysed, name: string, sql: string): Promise<string | null> {
  const known = samples[name];
  if (known !== undefined) return known;
  for (const candidate of candidates) {
    const taken = await client.query(`SELECT '${candidate}'::${sql}`).then(
      () => true,
      () => false,
    );
    if (taken) return candidate;
  }
  // Such as pg_node_tree, which refuses all input.
  return null;
}

/** Whether a value is of a type as it is printed. */
function fits(value: unknown, type: string): boolean {
  const members = membersOf(type);
  if (members.length > 1) return members.some((member) => fits(value, member));
  const [, element] = /^(.*)(?:\[\]|Array)$/.exec(type) ?? [];
  if (element !== undefined) return Array.isArray(value) && value.every((item) => fits(item, element));
  if (type.startsWith('(')) return fits(value, type.slice(1, -1));
  switch (type) {
    case 'null':
      return value === null;
    case 'Date':
      return value instanceof Date;
    case 'Buffer':
      return Buffer.isBuffer(value);
    case 'Json':
      return JSON.stringify(value) === '{"a":[1]}';
    case 'PostgresInterval':
      return typeof value === 'object' && value !== null && 'toPostgres' in value;
    case '{ x: number; y: number }':
      return JSON.stringify(value) === '{"x":1,"y":2}';
    case '{ x: number; y: number; radius: number }':
      return JSON.stringify(value) === '{"x":1,"y":2,"radius":3}';
    default:
      return typeof value === type;
  }
}

/** The members of a union, those in parentheses left together. */
function membersOf(type: string): readonly string[] {
  const members = [''];
  let depth = 0;
  for (const part of type.split(/( \| |[()])/)) {
    if (part === '(') depth += 1;
    if (part === ')') depth -= 1;
    if (part === ' | ' && depth === 0) members.push('');
    else members.push(`${members.pop() ?? ''}${part}`);
  }
  return members;
}

describe.each([...majors, 'PGlite'] as const)('the types of results for @pgtyped/runtime on %s', (server) => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed(server, '');
  });
  afterAll(() => on.close());

  it('are those of what pg returns, for every built-in type, its arrays and domains', async () => {
    expect(types.getTypeParser(types.builtins.INT4, 'text')('1')).toBe(1);
    const wrong = (await columns(on)).filter(
      ({ type, values }) => !values.every((value) => fits(value, type)),
    );
    expect(wrong).toEqual([]);
  });
});
