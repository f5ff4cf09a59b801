import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import type { Catalog, Relation } from '../../src/analysis/catalog/catalog.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { pgType } from '../../src/analysis/catalog/pg-type.ts';
import { createDatabase, type Major, majors } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';

async function catalogOf(major: Major, sql: string, system: readonly number[] = []): Promise<Catalog> {
  const database = await createDatabase(major, sql);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return await loadCatalog(client, system);
  } finally {
    await client.end();
    await database.drop();
  }
}

function relation(catalog: Catalog, name: string): Relation {
  const found = [...catalog.relations.values()].find((one) => one.name === name);
  if (found === undefined) throw new Error(`no relation ${name}`);
  return found;
}

function typeNamed(catalog: Catalog, name: string) {
  const found = [...catalog.types.values()].find((one) => one.name === name);
  if (found === undefined) throw new Error(`no type ${name}`);
  return pgType(catalog, found.oid);
}

describe.each(tested(majors))('the catalog of PostgreSQL %i', (major) => {
  it('knows columns, keys, checks, triggers, children and definitions', async () => {
    const catalog = await catalogOf(
      major,
      `CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int, name text NOT NULL DEFAULT 'x',
         code text UNIQUE DEFERRABLE, size int CHECK (size > 0), twice int GENERATED ALWAYS AS (size * 2) STORED);
       ALTER TABLE parent DROP COLUMN gone;
       CREATE UNIQUE INDEX part ON parent (name) WHERE size > 1;
       CREATE UNIQUE INDEX expr ON parent (lower(name), id);
       CREATE TABLE child (extra int REFERENCES parent (id)) INHERITS (parent);
       ALTER TABLE parent ADD CONSTRAINT later CHECK (name <> '') NOT VALID;
       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER t BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION f();
       CREATE TRIGGER off BEFORE UPDATE ON parent FOR EACH ROW EXECUTE FUNCTION f();
       ALTER TABLE parent DISABLE TRIGGER off;
       CREATE VIEW view AS SELECT id FROM parent;
       COMMENT ON COLUMN parent.name IS 'what it is called';`,
    );
    const parent = relation(catalog, 'parent');
    expect([...parent.columns.values()]).toMatchObject([
      { number: 1, name: 'id', type: 23, notNull: true, identity: 'a', comment: null },
      { number: 3, name: 'name', type: 25, notNull: true, hasDefault: true, comment: 'what it is called' },
      { number: 4, name: 'code', notNull: false },
      { number: 5, name: 'size', generated: '', expression: null },
      { number: 6, name: 'twice', generated: 's', expression: expect.stringContaining('{OPEXPR') },
    ]);
    expect(parent.keys).toMatchObject([
      { name: 'expr', columns: [0, 1] },
      { name: 'parent_code_key', columns: [4], immediate: false },
      { name: 'parent_pkey', columns: [1], primary: true, predicate: null, immediate: true },
      { name: 'part', columns: [3], predicate: expect.any(String) },
    ]);
    expect(parent.checks.map((check) => check.name)).toEqual(['parent_size_check']);
    // ROW | BEFORE | INSERT of pg_trigger.h
    expect(parent.triggers).toEqual([7]);
    expect(parent.children).toEqual([relation(catalog, 'child').oid]);
    expect(relation(catalog, 'child').foreignKeys).toMatchObject([
      { columns: [6], references: parent.oid, referencedColumns: [1], holds: true },
    ]);
    expect(relation(catalog, 'view')).toMatchObject({
      kind: 'v',
      definition: expect.stringContaining('{QUERY'),
    });
  });

  it('resolves every kind of type to structure', async () => {
    const catalog = await catalogOf(
      major,
      `CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
       CREATE DOMAIN whole AS int NOT NULL CHECK (VALUE > 0); CREATE DOMAIN positive AS whole;
       CREATE TYPE place AS (street text, moods mood[]);
       CREATE TYPE span AS RANGE (subtype = timestamptz);`,
    );
    const int4 = { kind: 'base', schema: 'pg_catalog', name: 'int4' };
    expect(typeNamed(catalog, 'mood')).toEqual({
      kind: 'enum',
      schema: 'public',
      name: 'mood',
      labels: ['sad', 'meh', 'ok'],
    });
    expect(typeNamed(catalog, 'positive')).toMatchObject({
      kind: 'domain',
      notNull: true,
      base: { name: 'whole', base: int4 },
    });
    expect(typeNamed(catalog, 'place')).toMatchObject({
      kind: 'composite',
      fields: [
        { name: 'street', value: { type: { name: 'text' }, nullable: true } },
        { name: 'moods', value: { type: { kind: 'array', element: { kind: 'enum' } } } },
      ],
    });
    expect(typeNamed(catalog, 'span')).toMatchObject({ kind: 'range', subtype: { name: 'timestamptz' } });
    expect(typeNamed(catalog, 'span_multirange')).toMatchObject({
      kind: 'multirange',
      range: { name: 'span' },
    });
    expect(typeNamed(catalog, '_int4')).toEqual({ kind: 'array', element: int4 });
    expect(typeNamed(catalog, '_box')).toMatchObject({ element: { name: 'box', delimiter: ';' } });
    // A vector looks like an array but prints like none.
    expect(typeNamed(catalog, 'int2vector').kind).toBe('base');
  });
});

describe('the catalog of PostgreSQL 18', () => {
  it('trusts no constraint that is not validated or not enforced', async () => {
    const catalog = await catalogOf(
      18,
      `CREATE TABLE t (id int PRIMARY KEY, a int, b int CHECK (b > 0) NOT ENFORCED, c int REFERENCES t (id) NOT ENFORCED);
       ALTER TABLE t ADD CONSTRAINT a_set NOT NULL a NOT VALID;`,
    );
    const t = relation(catalog, 't');
    expect(t.columns.get(2)?.notNull).toBe(false);
    expect(t.checks).toEqual([]);
    expect(t.foreignKeys).toMatchObject([{ holds: false }]);
  });

  it('loads relations of the system only where they are asked for', async () => {
    // pg_class has OID 1259 on every server.
    expect((await catalogOf(18, '')).relations.get(1259)).toBeUndefined();
    expect((await catalogOf(18, '', [1259])).relations.get(1259)).toMatchObject({ name: 'pg_class' });
  });
});
