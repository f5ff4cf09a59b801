import { types } from 'pg';
import { describe, expect, test } from 'vitest';
import { isHistoryTable } from '../../src/database/migrations/history-tables.ts';
import { loadSchema } from '../../src/schema/load.ts';
import { schemaText } from '../../src/schema/print.ts';
import type { Schema, SchemaKind, SchemaObject } from '../../src/schema/schema-object.ts';
import { majors } from '../support/postgres.ts';
import { clientOn } from './support/databases.ts';
import { everyKind } from './support/every-kind.ts';

const names = (schema: readonly Pick<SchemaObject, 'kind' | 'name'>[]) =>
  schema.map(({ kind, name }) => `${kind} ${name}`);
const factsOf = (schema: Schema, kind: SchemaKind, name: string) =>
  schema.find((object) => object.kind === kind && object.name === name)?.facts;

describe('one schema', () => {
  test('is the same text on every major and on PGlite', async () => {
    const text = schemaText(await loadSchema(await clientOn(18, everyKind), { omit: isHistoryTable }));
    await expect(text).toMatchFileSnapshot('./__snapshots__/every-kind.txt');
    for (const server of [...majors, 'PGlite'] as const)
      expect(
        schemaText(await loadSchema(await clientOn(server, everyKind), { omit: isHistoryTable })),
        String(server),
      ).toBe(text);
  });

  test('has its views written as on PostgreSQL 16 and later, whatever is in FROM', async () => {
    const views = [
      `SELECT t.a FROM t WHERE t.b = 'x' AND EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND u.b = 't.b')`,
      `SELECT t.a AS again, t.*, t AS whole FROM t AS t`,
      `SELECT x.a, u.b FROM t x JOIN u ON u.a = x.a`,
      `SELECT a, (SELECT max(u.a) FROM u WHERE u.b = t.b) AS most FROM t`,
      `WITH w AS (SELECT a, b FROM t) SELECT w.b FROM w ORDER BY w.a`,
      `SELECT a FROM t UNION ALL SELECT a FROM u`,
      `SELECT max(x.a) OVER (PARTITION BY x.b ORDER BY x.a) FROM (SELECT a, b FROM t) x`,
      `SELECT "T".a AS "A", extract(year FROM "T".d) FROM (SELECT a, now() AS d FROM t) "T"`,
      `SELECT b, count(*) FROM t GROUP BY b HAVING count(DISTINCT t.a) > 1 LIMIT 3`,
      `SELECT f.x, f.y FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS f(x, y)`,
      `SELECT g.n, g.o FROM generate_series(1, 2) WITH ORDINALITY g(n, o)`,
      `SELECT v.x FROM (VALUES (1, 'a')) AS v(x, y)`,
      `SELECT q.a FROM ONLY t AS q TABLESAMPLE system (10) WHERE CASE WHEN q.a > 1 THEN true END`,
      `SELECT public.a FROM public.t AS public`,
      `SELECT (p.c).x FROM p WHERE (p.c).x IS DISTINCT FROM p.n FOR UPDATE`,
      `SELECT 1 AS one`,
    ].map((query, i) => `CREATE VIEW v${i} AS ${query}`);
    const sql = `CREATE TABLE t (a int, b text); CREATE TABLE u (a int, b text); CREATE TYPE c AS (x int); CREATE TABLE p (c c, n int);
      ${views.join(';\n')}`;
    const text = schemaText(await loadSchema(await clientOn(18, sql)));
    for (const major of majors)
      expect(schemaText(await loadSchema(await clientOn(major, sql))), String(major)).toBe(text);
  });

  test('does not depend on the order of columns, on OIDs and on owners', async () => {
    const one = await clientOn(18, 'CREATE TABLE t (a int, b text); CREATE TABLE u (c int)');
    const other = await clientOn(
      18,
      `CREATE TABLE u (c int); CREATE TABLE t (b text, gone int, a int); ALTER TABLE t DROP COLUMN gone;
       ALTER TABLE t OWNER TO pg_monitor`,
    );
    expect(await loadSchema(other)).toEqual(await loadSchema(one));
  });

  test('does not depend on the settings of the session', async () => {
    const sql = `CREATE TYPE mood AS ENUM ('ok');
      CREATE TABLE t (d date DEFAULT '2026-03-04', i interval DEFAULT '1 day 2 hours', z timestamptz DEFAULT '2026-03-04 05:06:07Z',
        m mood DEFAULT 'ok', b bytea DEFAULT '\\x00ff', f float8 DEFAULT 0.1);
      CREATE VIEW v AS SELECT * FROM t WHERE z > '2026-03-04 05:06:07Z'`;
    const client = await clientOn(18, sql);
    const expected = await loadSchema(client);
    await client.query(
      `SET search_path = pg_temp; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'Asia/Tokyo';
       SET bytea_output = 'escape'; SET extra_float_digits = -10; SET quote_all_identifiers = on`,
    );
    expect(await loadSchema(client)).toEqual(expected);
    const { rows } = await client.query('SHOW IntervalStyle');
    expect(rows).toEqual([{ IntervalStyle: 'iso_8601' }]);
  });
});

describe('loading', () => {
  test('within a transaction sees its changes, does not end it and keeps its settings', async () => {
    const client = await clientOn(18);
    await client.query(`BEGIN; SET LOCAL search_path = public; CREATE TABLE t (a int)`);
    expect(names(await loadSchema(client))).toContain('table public.t');
    const { rows } = await client.query(
      `SELECT current_setting('search_path') AS path, 't'::regclass::text AS t`,
    );
    expect(rows).toEqual([{ path: 'public', t: 't' }]);
    await client.query('ROLLBACK');
    expect(names(await loadSchema(client))).not.toContain('table public.t');
  });

  test('takes one READ ONLY transaction, and runs nothing that the program sets as type parsers', async () => {
    const client = await clientOn(18, 'CREATE TABLE t (a int)');
    await client.query('SET default_transaction_read_only = on');
    client.setTypeParser(types.builtins.TEXT, () => 'nonsense');
    expect(names(await loadSchema(client))).toContain('column public.t.a');
    expect(client.getTransactionStatus()).toBe('I');
  });

  test('omits what extensions own, temporary objects and the migration history of migrations', async () => {
    const client = await clientOn(
      18,
      `CREATE EXTENSION pgcrypto; CREATE TEMPORARY TABLE t (a serial);
       CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
       CREATE TABLE goose_db_version (id int); CREATE TABLE schema_migrations (version text PRIMARY KEY)`,
    );
    expect(names(await loadSchema(client, { omit: isHistoryTable }))).toEqual([
      'extension pgcrypto',
      'extension plpgsql',
      'schema public',
    ]);
  });

  test('quotes names where SQL needs it, on every major alike', async () => {
    const sql = `CREATE SCHEMA "Odd.Schema"; CREATE TABLE "Odd.Schema"."a ""b"" (c)" ("user" int, "json" int, "x.y" int CHECK ("x.y" > 0))`;
    const expected = ['json', '"user"', '"x.y"'].map(
      (column) => `column "Odd.Schema"."a ""b"" (c)".${column}`,
    );
    for (const major of [14, 18] as const) {
      const schema = await loadSchema(await clientOn(major, sql));
      expect(names(schema).filter((name) => name.startsWith('column'))).toEqual(expected.sort());
    }
  });
});

describe('facts', () => {
  test('of a constraint: not validated, deferrable, its triggers disabled', async () => {
    const client = await clientOn(
      18,
      `CREATE TABLE t (id int PRIMARY KEY, up int CONSTRAINT late UNIQUE DEFERRABLE);
       ALTER TABLE t ADD CONSTRAINT up FOREIGN KEY (up) REFERENCES t NOT VALID;
       ALTER TABLE t ADD CONSTRAINT small CHECK (up < 5) NOT ENFORCED;
       ALTER TABLE t ADD CONSTRAINT given NOT NULL up NOT VALID`,
    );
    const schema = await loadSchema(client);
    const definition = (name: string) => factsOf(schema, 'constraint', `public.t.${name}`);
    expect(definition('late')).toEqual({ definition: 'UNIQUE (up) DEFERRABLE' });
    expect(definition('up')).toEqual({ definition: 'FOREIGN KEY (up) REFERENCES public.t(id) NOT VALID' });
    expect(definition('small')).toEqual({ definition: 'CHECK ((up < 5)) NOT ENFORCED' });
    expect(definition('given')).toEqual({ definition: 'NOT NULL up NOT VALID' });
    await client.query('ALTER TABLE t DISABLE TRIGGER ALL');
    const disabled = await loadSchema(client);
    expect(factsOf(disabled, 'constraint', 'public.t.up')?.enabled).toBe('no');
  });

  test('of an index: that building it failed', async () => {
    const client = await clientOn(16, 'CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)');
    await expect(client.query('CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)')).rejects.toThrow(
      'could not create unique index',
    );
    expect(factsOf(await loadSchema(client), 'index', 'public.t_a')).toEqual({
      definition: 'CREATE UNIQUE INDEX t_a ON public.t USING btree (a)',
      valid: 'no',
    });
  });

  test('of a partition: only what is not as in its parent', async () => {
    const client = await clientOn(
      17,
      `CREATE TABLE p (a int, b text DEFAULT 'x', PRIMARY KEY (a)) PARTITION BY LIST (a);
       CREATE INDEX ON p (b);
       CREATE TABLE attached (b text DEFAULT 'y', a int NOT NULL);
       ALTER TABLE p ATTACH PARTITION attached FOR VALUES IN (2);
       CREATE TABLE made PARTITION OF p FOR VALUES IN (1);
       ALTER TABLE made ALTER b SET NOT NULL`,
    );
    const schema = await loadSchema(client);
    expect(names(schema.filter(({ name }) => /attached|made/.test(name)))).toEqual([
      'column public.attached.b',
      'column public.made.b',
      'table public.attached',
      'table public.made',
    ]);
    expect(factsOf(schema, 'table', 'public.made')).toEqual({ 'partition of': 'public.p FOR VALUES IN (1)' });
  });

  test('of a role: what it was granted, by object and column', async () => {
    const client = await clientOn(
      18,
      `CREATE ROLE nodrift_reader; CREATE TABLE t (a int, b int); CREATE SEQUENCE s;
       CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN 1; REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;
       GRANT SELECT, INSERT ON t TO nodrift_reader WITH GRANT OPTION; GRANT UPDATE (a) ON t TO nodrift_reader;
       GRANT USAGE ON SEQUENCE s TO nodrift_reader; GRANT EXECUTE ON FUNCTION f TO nodrift_reader; GRANT SELECT ON t TO PUBLIC`,
    );
    try {
      const granted = await loadSchema(client, { roles: ['nodrift_reader'] });
      expect(
        granted
          .filter(({ kind }) => kind === 'grant')
          .map(({ name, facts, table }) => [name, facts.privileges, table]),
      ).toEqual([
        ['public.f(integer) to nodrift_reader', 'EXECUTE', 'public.f(integer)'],
        ['public.s to nodrift_reader', 'USAGE', 'public.s'],
        ['public.t to nodrift_reader', 'INSERT WITH GRANT OPTION, SELECT WITH GRANT OPTION', 'public.t'],
        ['public.t.a to nodrift_reader', 'UPDATE', 'public.t'],
      ]);
      expect((await loadSchema(client)).filter(({ kind }) => kind === 'grant')).toEqual([]);
    } finally {
      await client.query('DROP OWNED BY nodrift_reader; DROP ROLE nodrift_reader');
    }
  });
});

test.each([
  [['audit'], ['schema public', 'table public.a', 'table public.ab']],
  [['public.a'], ['schema audit', 'schema public', 'table audit.log', 'table public.ab']],
  [['public.*'], ['schema audit', 'schema public', 'table audit.log']],
  [['table public.*'], ['schema audit', 'schema public', 'table audit.log']],
  [['schema audit'], ['schema public', 'table audit.log', 'table public.a', 'table public.ab']],
])('ignores %j', async (ignore, left) => {
  const client = await clientOn(
    18,
    'CREATE SCHEMA audit; CREATE TABLE audit.log (x int); CREATE TABLE a (id int); CREATE TABLE ab (id int)',
  );
  const schema = await loadSchema(client, { ignore });
  expect(names(schema).filter((name) => /^(schema|table) /.test(name))).toEqual(left);
  const tables = left.filter((name) => name.startsWith('table')).length;
  expect(names(schema).filter((name) => name.startsWith('column'))).toHaveLength(
    ignore[0]?.startsWith('table') ? 3 : tables,
  );
});
