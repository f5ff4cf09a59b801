import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { typed } from '../../support/typed.ts';
import { extensionsOf } from './extension-families.ts';

const schema = `
  CREATE SCHEMA "Odd";
  CREATE EXTENSION citext SCHEMA "Odd"; CREATE EXTENSION pg_trgm SCHEMA "Odd"; CREATE EXTENSION hstore SCHEMA "Odd";
  CREATE EXTENSION ltree SCHEMA "Odd"; CREATE EXTENSION pgcrypto SCHEMA "Odd"; CREATE EXTENSION unaccent SCHEMA "Odd";
  CREATE EXTENSION "uuid-ossp" SCHEMA "Odd";
  SET search_path = public, "Odd";
  CREATE TABLE t (mail citext NOT NULL, other citext, name text NOT NULL, h hstore NOT NULL, path ltree NOT NULL);
  CREATE FUNCTION similarity(text, citext) RETURNS real LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
`;

const cases: readonly (readonly [expression: string, type: string])[] = [
  ["similarity(name, 'a')", 'number'],
  ["similarity(name, 'a'::citext)", 'number | null'],
  ["name <-> 'a'", 'number'],
  ["name % 'a'", 'boolean'],
  ['mail = other', 'boolean | null'],
  ["mail = 'a'", 'boolean'],
  ["mail LIKE 'a'", 'boolean'],
  ["replace(mail, 'a'::citext, 'b')", 'string'],
  ["split_part(mail, 'a'::citext, 1)", 'string | null'],
  ["crypt(name, gen_salt('bf'))", 'string'],
  ["digest(name, 'sha256')", 'Uint8Array'],
  ['uuid_generate_v4()', 'string'],
  ['unaccent(name)', 'string'],
  ["h -> 'a'", 'string | null'],
  ["h ? 'a'", 'boolean'],
  ["hstore(name, NULL) ? 'a'", 'boolean'],
  ["hstore(NULL, name) ? 'a'", 'boolean | null'],
  ['nlevel(path)', 'number'],
  ['path @> path', 'boolean'],
  ['lca(path, path)::text', 'string | null'],
  ['skeys(h)', 'string'],
  ['(SELECT key FROM each(h) LIMIT 1)', 'string | null'],
  ['(SELECT max(v.m) FROM (VALUES (mail)) v (m))', 'string'],
  ['(SELECT min(v.m) FROM (VALUES (other)) v (m))', 'string | null'],
  ['(SELECT max(m.mail) FROM t m)', 'string | null'],
  ['max(mail) OVER (PARTITION BY name)', 'string'],
];

const vectors = `
  CREATE SCHEMA "Odd"; CREATE EXTENSION vector SCHEMA "Odd"; SET search_path = public, "Odd";
  CREATE TABLE item (id int PRIMARY KEY, kind text NOT NULL, embedding vector(3) NOT NULL, other vector(3), half halfvec NOT NULL,
    sparse sparsevec(3) NOT NULL, bits bit(3) NOT NULL);
`;

const vectorCases: readonly (readonly [expression: string, type: string])[] = [
  ["embedding <-> '[1,2,3]'", 'number'],
  ['embedding <=> embedding', 'number'],
  ['embedding <=> other', 'number | null'],
  ["1 - (embedding <=> '[0,0,0]')", 'number'],
  ["embedding <#> '[1,2,3]'", 'number'],
  ["embedding <+> '[1,2,3]'", 'number'],
  ["half <-> '[1,2,3]'", 'number'],
  ["sparse <-> '{1:1}/3'", 'number'],
  ["bits <~> '101'", 'number'],
  ['bits <%> bits', 'number'],
  ['embedding + embedding', 'string'],
  ['embedding || other', 'string | null'],
  ['vector_dims(embedding)', 'number'],
  ['l2_normalize(embedding)', 'string'],
  ['subvector(embedding, 1, 2)', 'string'],
  ['binary_quantize(embedding)', 'string'],
  ['embedding::real[]', '(number | null)[]'],
  ['embedding::halfvec', 'string'],
  ['ARRAY[1, 2, 3]::vector', 'string'],
  ['embedding = embedding', 'boolean'],
  ['(SELECT avg(i.embedding) FROM item i)', 'string | null'],
  ['(SELECT avg(v.e) FROM (VALUES (embedding)) v (e))', 'string'],
  ['(SELECT sum(v.e) FROM (VALUES (other)) v (e))', 'string | null'],
  ['sum(half) OVER (PARTITION BY kind)', 'string'],
];

describe.each([14, 18] as const)('functions of extensions on PostgreSQL %i', (server) => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed(server, schema);
  });
  afterAll(() => on.close());

  it.each(cases)('%s: %s', async (expression, type) => {
    const { columns } = await typed(on, `SELECT ${expression} AS x FROM t`);
    expect(columns).toEqual({ x: type });
  });
});

describe('functions of pgvector on PGlite', () => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed('PGlite', vectors, extensionsOf('embedded'));
  });
  afterAll(() => on.close());

  it.each(vectorCases)('%s: %s', async (expression, type) => {
    const { columns } = await typed(on, `SELECT ${expression} AS x FROM item`);
    expect(columns).toEqual({ x: type });
  });
});
