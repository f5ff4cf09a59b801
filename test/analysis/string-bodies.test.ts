import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effects } from '../../src/analysis/effects.ts';
import { columnFacts } from '../../src/analysis/nullability.ts';
import { violations } from '../../src/analysis/violations.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, note text, p_id int);
  INSERT INTO t VALUES (1, 'a', NULL, NULL);
  CREATE TABLE gone (id int);
  CREATE SCHEMA other;
  CREATE TABLE other.t (id int, name text);
  INSERT INTO other.t VALUES (1, NULL);
  CREATE FUNCTION doubled(x int) RETURNS int LANGUAGE sql AS 'SELECT coalesce(x, 0) * 2';
  CREATE FUNCTION halved(int) RETURNS int LANGUAGE sql AS $$ SELECT $1 / 2; $$;
  -- A column's name goes before a parameter's.
  CREATE FUNCTION by_id(p_id int) RETURNS SETOF int LANGUAGE sql AS 'SELECT p_id FROM t WHERE id = by_id.p_id';
  CREATE FUNCTION named(id int) RETURNS TABLE (name text, note text) LANGUAGE sql STABLE AS 'SELECT t.name, t.note FROM t WHERE t.id = $1';
  CREATE FUNCTION guarded() RETURNS SETOF text LANGUAGE sql SET search_path = '' AS 'SELECT name FROM public.t';
  CREATE FUNCTION hidden() RETURNS SETOF text LANGUAGE sql SET search_path = other AS 'SELECT name FROM t';
  CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM t';
  CREATE FUNCTION names_there() RETURNS SETOF text LANGUAGE sql SET search_path = other AS 'SELECT public.names()';
  CREATE FUNCTION names_atomic() RETURNS SETOF text LANGUAGE sql SET search_path = other BEGIN ATOMIC SELECT public.names(); END;
  CREATE FUNCTION moved() RETURNS SETOF text LANGUAGE sql AS
    'SELECT set_config(''search_path'', ''other, public'', true); SELECT name FROM t';
  CREATE FUNCTION names_moved() RETURNS SETOF text LANGUAGE sql
    BEGIN ATOMIC SELECT set_config('search_path', 'other, public', true); SELECT public.names(); END;
  CREATE FUNCTION guarded_there() RETURNS SETOF text LANGUAGE sql SET search_path = other AS 'SELECT public.guarded()';
  CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM gone';
  CREATE FUNCTION same(x anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT x';
  CREATE FUNCTION created() RETURNS int LANGUAGE sql AS 'CREATE TEMP TABLE n (i int); SELECT 1';
  CREATE FUNCTION added(i int, n text) RETURNS int LANGUAGE sql AS 'DELETE FROM t WHERE note = n; INSERT INTO t (id, name) VALUES (i, n) RETURNING id';
  CREATE FUNCTION nothing() RETURNS int LANGUAGE sql AS 'SELECT 1 WHERE false';
  CREATE FUNCTION last() RETURNS int LANGUAGE sql AS 'SELECT NULL::int; SELECT 1';
  CREATE FUNCTION silent() RETURNS void LANGUAGE sql AS 'SELECT NULL';
  CREATE VIEW shown_names AS SELECT public.names() AS name;
  CREATE FUNCTION shown_there() RETURNS SETOF text LANGUAGE sql SET search_path = other AS 'SELECT name FROM public.shown_names';
  CREATE VIEW shown AS SELECT doubled(p_id) AS twice FROM t;
  DROP TABLE gone;`;

describe.each(tested([14, 18, 'PGlite']))('functions whose body is a string on %s', (server) => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed(server, schema);
  });
  afterAll(() => on.close());

  it.each([
    ['SELECT doubled(NULL) AS a, halved(4) AS b, halved(NULL) AS c', [false, false, true]],
    ['SELECT last() AS a, nothing() AS b, broken() AS c, same(1) AS d', [false, true, true, true]],
    ['SELECT * FROM by_id(1)', [true]],
    ['SELECT * FROM named(1)', [false, true]],
    ['SELECT twice FROM shown', [false]],
    ['SELECT guarded() AS a', [false]],
    ['SELECT names() AS a', [false]],
    ['SELECT * FROM hidden()', [true]],
    // What it calls has another meaning there, unless it sets the path itself.
    ['SELECT * FROM names_there()', [true]],
    ['SELECT * FROM names_atomic()', [true]],
    ['SELECT * FROM guarded_there()', [false]],
    ['SELECT * FROM moved()', [true]],
    ['SELECT * FROM names_moved()', [true]],
    ['SELECT name FROM shown_names', [false]],
    ['SELECT * FROM shown_there()', [true]],
    ["SELECT added(3, 'c') AS a", [false]],
    ['SELECT created() AS a', [true]],
  ])('%s', async (sql, nullable) => {
    const { tree } = await on.tree(sql);
    const facts = columnFacts(tree, on.catalog);
    expect(facts.map((column) => column.nullable)).toEqual(nullable);
    if (/broken/.test(sql)) return;
    for (const row of await on.rows(sql)) {
      facts.forEach((column, i) => {
        if (!column.nullable) expect(row[i]).not.toBeNull();
      });
    }
  });

  it('are looked through for effects and constraints', async () => {
    const read = await on.tree('SELECT name FROM named(1)');
    expect(effects(read.tree, on.catalog)).toMatchObject({
      reads: [{ schema: 'public', table: 't', columns: ['id', 'name', 'note'] }],
      readOnly: true,
    });
    const write = await on.tree("SELECT added(3, 'c')");
    expect(effects(write.tree, on.catalog)).toMatchObject({
      readOnly: false,
      operations: [{ event: 'delete' }, { event: 'insert', columns: ['id', 'name'] }],
    });
    const { constraints, open } = violations(write.tree, on.catalog);
    expect(constraints.map(({ constraint, columns }) => constraint ?? columns.join())).toEqual([
      'id',
      'name',
      't_pkey',
    ]);
    expect(open).toBe(false);
    const there = await on.tree('SELECT names_atomic(), names()');
    expect(effects(there.tree, on.catalog).readOnly).toBeNull();
    expect(violations(there.tree, on.catalog).open).toBe(true);
    expect(violations((await on.tree('SELECT created()')).tree, on.catalog).open).toBe(true);
  });

  it('leave the session as it was', async () => {
    const { rows } = await on.client.query(
      `SELECT name FROM pg_settings WHERE setting <> reset_val AND source = 'session'`,
    );
    expect(rows).toEqual([]);
  });
});
