import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Analysed, analysed } from '../support/analysed.ts';
import fc from '../support/fast-check.ts';
import { randomSeed } from '../support/random-seed.ts';
import { restOfTests, tested } from '../support/tested.ts';
import { conditionCases, conditionTables, isKnownTo, unreadableChecks } from './support/condition-cases.ts';
import { generatedSchemas, issuesOf, type Schemas } from './support/generated-schemas.ts';

const cases = Object.entries(conditionCases);
const rowsEach = restOfTests ? 200 : 100;
const schema = `
  CREATE FUNCTION is_accepted(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN EXECUTE statement; RETURN true; EXCEPTION WHEN others THEN RETURN false; END $$;
  CREATE COLLATION odd (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE others (c text, d text, at timestamptz, rounded time(0), doc jsonb, n int8, ${unreadableChecks
    .map((check, i) => `CONSTRAINT k${i}_ CHECK (${check})`)
    .join(', ')});`;

describe.each(tested([14, 15, 16, 17, 18, 'PGlite']))('CHECK constraints in schemas, %s', (server) => {
  const folder = mkdtempSync(join(tmpdir(), 'nodrift-conditions-'));
  let db: Analysed;
  let text: string;
  let schemas: Schemas;
  beforeAll(async () => {
    db = await analysed(
      server,
      conditionTables(server) + (server === 'PGlite' ? withoutIcu(schema) : schema),
    );
    ({ text, schemas } = await generatedSchemas({ validators: 'standard' }, db.catalog, folder));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await db.close();
  });

  const known = cases.map(([name, one], i) => [name, i, one] as const);
  test.each(known.filter(([, , one]) => isKnownTo(server, one)))('%s', async (_, i, one) => {
    const values = Object.fromEntries(
      Object.entries(one.values).map(([column, value]) => [column, fc.option(value, { freq: 8 })]),
    );
    const rows = fc.sample(fc.record(values, { requiredKeys: [] }), {
      numRuns: rowsEach,
      seed: randomSeed,
    });
    const statements = rows.map((row) => insertion(`t${i}`, row));
    const [[accepted] = []] = await db.rows(
      'SELECT array_agg(is_accepted(s) ORDER BY n) FROM unnest($1::text[]) WITH ORDINALITY AS u(s, n)',
      [statements],
    );
    const found = await Promise.all(rows.map((row) => issuesOf(schemas[`t${i}Insert`], row)));
    const wrong = rows.flatMap((row, n) => {
      const isAccepted = (accepted as readonly boolean[])[n] === true;
      const passes = found[n]?.length === 0;
      // Where the schema does not know, it refuses nothing that PostgreSQL accepts.
      const isRight = one.isOpen?.(row) === true ? passes || !isAccepted : passes === isAccepted;
      return isRight ? [] : { row, isAccepted, issues: found[n] };
    });
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(accepted).toContain(true);
    expect(accepted).toContain(false);
  });

  test('of which all are read', () => {
    const unread = [
      ...text.matchAll(
        /to insert into public\.(t\d+)\.\n(?: \*\n| \* [^O].*\n)* \* Only the database checks (.*)\./g,
      ),
    ];
    expect(unread.map(([, table, names]) => [cases[Number(table?.slice(1))]?.[0], names])).toEqual([]);
    const open = [...text.matchAll(/to insert into public\.(t\d+)\.\n(?: \*\n)* \* For some values/g)];
    expect(open.map(([, table]) => cases[Number(table?.slice(1))]?.[0]).sort()).toEqual(
      cases.flatMap(([name, one]) => (one.isOpen && isKnownTo(server, one) ? name : [])).sort(),
    );
  });

  test('and those that mean something else in JavaScript are not', () => {
    const list = /others\.\n \*\n \* Only the database checks (.*)\./.exec(text)?.[1]?.split(', ') ?? [];
    const all = unreadableChecks.map((_, i) => `k${i}_`);
    const checked = server === 'PGlite' ? all.filter((_, i) => !unreadableChecks[i]?.includes('odd')) : all;
    expect(list.sort()).toEqual(checked.sort());
  });
});

/** PGlite has no collations of ICU. */
function withoutIcu(text: string): string {
  return text
    .replace(/^ *CREATE COLLATION.*$/m, '')
    .replace(/, CONSTRAINT k\d+_ CHECK \([^()]*odd[^()]*\)/, '');
}

function insertion(table: string, row: Readonly<Record<string, unknown>>): string {
  const columns = Object.keys(row);
  if (columns.length === 0) return `INSERT INTO ${table} DEFAULT VALUES`;
  const values = Object.values(row).map((value) => (value === null ? 'NULL' : literal(sent(value))));
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')})`;
}

/** As nodrift-runtime sends it. */
function sent(value: unknown): string {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `{${value.join(',')}}`;
  if (!(value instanceof Date)) return Object.is(value, -0) ? '-0' : String(value);
  const year = value.getUTCFullYear();
  return year > 0
    ? value.toISOString()
    : `${String(1 - year).padStart(4, '0')}${value.toISOString().replace(/^[+-]?\d+/, '')} BC`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
