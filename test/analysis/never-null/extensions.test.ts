import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { tested } from '../../support/tested.ts';
import { typed } from '../../support/typed.ts';

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
];

describe.each(tested([14, 18]))('functions of extensions on PostgreSQL %i', (server) => {
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
