import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayAssign } from '../../src/analysis/catalog/trigger-body.ts';
import { parameterFacts } from '../../src/analysis/parameters.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const tidy = `
  CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.id := coalesce(NEW.id, 7); NEW.status := lower(coalesce(NEW.status, 'new'));
    NEW.tags := array_remove(NEW.tags, NULL); RETURN NEW;
  END $$;
`;
const columns = `id int NOT NULL, status text NOT NULL CHECK (status IN ('new', 'old')),
  tags text[] NOT NULL CHECK (array_position(tags, NULL) IS NULL)`;
const before = (event: string, table: string) =>
  `CREATE TRIGGER tidy BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION tidy();`;
const table = (name: string) => `CREATE TABLE ${name} (${columns});`;
const row = (name: string) => `INSERT INTO ${name} VALUES (1, 'new', '{a}');`;

const schema = `${tidy}
  CREATE DOMAIN status AS text NOT NULL CHECK (VALUE IN ('new', 'old'));
  ${table('plain')} ${row('plain')}
  ${table('inserted')} ${row('inserted')} ${before('INSERT', 'inserted')}
  ${table('updated')} ${row('updated')} ${before('UPDATE', 'updated')}
  ${table('one_column')} ${row('one_column')} ${before('UPDATE OF id', 'one_column')}
  ${table('disabled')} ${before('INSERT', 'disabled')} ALTER TABLE disabled DISABLE TRIGGER tidy;
  ${table('always')} ${before('INSERT', 'always')} ALTER TABLE always ENABLE ALWAYS TRIGGER tidy;
  CREATE TABLE statement (${columns});
  CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER nothing BEFORE INSERT ON statement EXECUTE FUNCTION nothing();
  CREATE TRIGGER late AFTER INSERT ON statement FOR EACH ROW EXECUTE FUNCTION nothing();
  CREATE TABLE parted (${columns}) PARTITION BY LIST (status);
  CREATE TABLE parted_new PARTITION OF parted FOR VALUES IN ('new');
  CREATE TABLE parted_old PARTITION OF parted FOR VALUES IN ('old');
  INSERT INTO parted VALUES (1, 'new', '{a}');
  ${before('INSERT', 'parted_old')}
  CREATE TABLE parent (${columns}); INSERT INTO parent VALUES (1, 'new', '{a}');
  CREATE TABLE child () INHERITS (parent); INSERT INTO child VALUES (2, 'new', '{a}');
  ${before('UPDATE', 'child')}
  CREATE VIEW through AS SELECT id, status, tags FROM inserted;
  CREATE VIEW direct AS SELECT id, status, tags FROM plain;
  CREATE TABLE ruled (${columns});
  CREATE TABLE log (id int, status text, tags text[]);
  CREATE RULE r AS ON INSERT TO ruled DO INSTEAD INSERT INTO log VALUES (NEW.id, NEW.status, NEW.tags);
  CREATE TABLE keyed (id int PRIMARY KEY, status text NOT NULL CHECK (status IN ('new', 'old')), tags text[] NOT NULL DEFAULT '{}');
  ${before('UPDATE', 'keyed')}
  CREATE TABLE typed (id int NOT NULL, status status, tags text[]); ${before('INSERT', 'typed')}
  CREATE TABLE stamped (id int NOT NULL, "Name" text NOT NULL, at timestamptz NOT NULL, read text NOT NULL);
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.read = 'x' THEN RETURN NULL; END IF; new . AT = now(); RETURN NEW; END $$;
  CREATE TRIGGER stamp BEFORE INSERT ON stamped FOR EACH ROW EXECUTE FUNCTION stamp();
  CREATE TABLE strict (id int, n int NOT NULL); CREATE TABLE loose () INHERITS (strict);
  DO $$ BEGIN ALTER TABLE loose ALTER n DROP NOT NULL; EXCEPTION WHEN OTHERS THEN NULL; END $$;
  INSERT INTO loose VALUES (1, 2);
`;

const written = '(id, status, tags) VALUES ($1, $2, $3)';
const set = 'SET id = $1, status = $2, tags = $3';
/** Whether a trigger or rule may repair what is given, or the constraints refuse it. */
const cases: readonly (readonly [sql: string, 'repaired' | 'refused'])[] = [
  [`INSERT INTO plain ${written}`, 'refused'],
  [`INSERT INTO inserted ${written}`, 'repaired'],
  [`UPDATE inserted ${set}`, 'refused'],
  [`INSERT INTO updated ${written}`, 'refused'],
  [`UPDATE updated ${set}`, 'repaired'],
  [`UPDATE one_column ${set}`, 'repaired'],
  [`INSERT INTO disabled ${written}`, 'refused'],
  [`INSERT INTO always ${written}`, 'repaired'],
  [`INSERT INTO statement ${written}`, 'refused'],
  [`INSERT INTO parted_new ${written}`, 'refused'],
  [`UPDATE parent ${set} WHERE id = 2`, 'repaired'],
  [`UPDATE ONLY parent ${set}`, 'repaired'],
  [`INSERT INTO parent ${written}`, 'refused'],
  [`INSERT INTO through ${written}`, 'repaired'],
  [`INSERT INTO direct ${written}`, 'refused'],
  [`INSERT INTO ruled ${written}`, 'repaired'],
];

describe.each(tested(servers))('parameters of tables with triggers and rules, on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database.close());

  const facts = async (sql: string) => {
    const { tree, params } = await database.tree(sql);
    return parameterFacts(tree, database.catalog, params);
  };

  it.each(cases)('%s: %s', async (sql, expected) => {
    const found = await facts(sql);
    const isRepaired = expected === 'repaired';
    expect(found.map(({ facts: { nullable } }) => nullable)).toEqual([isRepaired, isRepaired, isRepaired]);
    expect(found.map(({ refusesNull }) => refusesNull)).toEqual([!isRepaired, !isRepaired, !isRepaired]);
    expect(found[1]?.facts.literals).toEqual(isRepaired ? undefined : ['new', 'old']);
    expect(found[2]?.facts.element?.nullable ?? true).toBe(isRepaired);
    const fits: readonly unknown[] = [7, 'new', []];
    const odd: readonly unknown[][] = [
      [null, 'new', []],
      [7, 'OLD', []],
      [7, 'new', ['a', null]],
    ];
    for (const values of odd) {
      const ran = database.rows(sql, values);
      // A trigger that is there for one of several partitions or tables does not repair every row.
      if (!isRepaired) await expect(ran).rejects.toThrow(/null|violates/);
      else if (!sql.includes('ONLY')) expect(await ran).toEqual([]);
      else await ran.catch(() => null);
    }
    expect(await database.rows(sql, fits)).toEqual([]);
  });

  it('a row that moves to another partition is inserted there', async () => {
    const sql = "UPDATE parted SET status = 'old', id = $1, tags = $2";
    const found = await facts(sql);
    expect(found.map(({ facts: { nullable } }) => nullable)).toEqual([true, true]);
    expect(await database.rows(`${sql} RETURNING id, tags`, [null, ['a', null]])).toEqual([[7, ['a']]]);
  });

  it('ON CONFLICT DO UPDATE fires the triggers of both events', async () => {
    const sql = `INSERT INTO keyed (id, status) VALUES ($1, 'new') ON CONFLICT (id) DO UPDATE SET status = $2`;
    const found = await facts(sql);
    expect(found.map(({ facts: { nullable } }) => nullable)).toEqual([false, true]);
    expect(found.map(({ facts: { literals } }) => literals)).toEqual([undefined, undefined]);
  });

  it('MERGE fires the triggers of its actions', async () => {
    if (database.catalog.version < 150000) return;
    const sql = `MERGE INTO inserted USING (SELECT 5 AS id) s ON inserted.id = s.id
      WHEN NOT MATCHED THEN INSERT (id, status, tags) VALUES (s.id, $1, $2)`;
    const found = await facts(sql);
    expect(found.map(({ facts: { nullable } }) => nullable)).toEqual([true, true]);
    expect(found.map(({ facts: { literals } }) => literals)).toEqual([undefined, undefined]);
    expect(await database.rows(sql, [null, []])).toEqual([]);
  });

  it('a domain is asked before any trigger', async () => {
    const sql = 'INSERT INTO typed (id, status) VALUES ($1, $2)';
    const found = await facts(sql);
    expect(found.map(({ facts: { nullable } }) => nullable)).toEqual([true, false]);
    expect(await database.rows(sql, [null, 'new'])).toEqual([]);
    await expect(database.rows(sql, [1, null])).rejects.toThrow(/null/);
    await expect(database.rows(sql, [1, 'OLD'])).rejects.toThrow(/violates/);
  });

  it('a trigger repairs only the columns that it names', async () => {
    const found = await facts('INSERT INTO stamped VALUES ($1, $2, $3, $4)');
    expect(found.map(({ facts: { nullable } }) => nullable)).toEqual([false, false, true, true]);
  });

  it.each([
    ['NEW.x := 1; RETURN NEW;', ['x']],
    ['NEW."Name" := 1; RETURN new;', ['Name']],
    ['NEW.Name := 1; RETURN NEW;', ['name']],
    ['SELECT 1 INTO NEW.x; RETURN NEW;', ['x']],
    ['RETURN NULL;', []],
    ['NEW := OLD; RETURN NEW;', null],
    ['"new".x := 1; RETURN NEW;', null],
    ['NEW := jsonb_populate_record(NEW, $1); RETURN NEW;', null],
    ['DECLARE r ALIAS FOR NEW; BEGIN r.x := 1; RETURN NEW;', null],
    ['SELECT 1 INTO r; RETURN r;', null],
    ['IF x THEN RETURN OLD; END IF; RETURN NEW;', null],
    ['NEW /* */ . x := 1; RETURN NEW;', null],
    ['EXECUTE $1 INTO NEW; RETURN NEW;', null],
  ])('%s', (body, expected) => {
    for (const column of ['x', 'Name', 'name', 'other'])
      expect(mayAssign(body, column)).toBe(expected === null || expected.includes(column));
  });

  it('children may take NULL where their parent does not', async () => {
    if (database.catalog.version >= 180000) return;
    const found = await facts('UPDATE strict SET n = $1');
    expect(found.map(({ facts: { nullable } }) => nullable)).toEqual([true]);
    expect(await database.rows('UPDATE strict SET n = $1 RETURNING n', [null])).toEqual([[null]]);
  });
});
