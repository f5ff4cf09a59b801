import { makeMany } from 'nodrift/testing';
import { transaction } from 'nodrift-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmpty, type SampleDatabase } from '../sample/database.ts';

/** A generator of numbers below 1 that begins with a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
const seen = { tables: 0, rows: 0 };

/** Tables with foreign keys to earlier ones, and columns with constraints that some value fulfils. */
function randomSchema(random: () => number): { readonly sql: string; readonly tables: readonly string[] } {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const some = (share: number) => random() < share;
  const tables = Array.from({ length: 2 + Math.floor(random() * 3) }, (_, i) => `t${i}`);
  const low = Math.floor(random() * 2000) - 1000;
  const high = low + 1 + Math.floor(random() * 500);
  const length = 1 + Math.floor(random() * 12);
  const columns: readonly (readonly [type: string, check: (name: string) => string])[] = [
    ['int', (c) => `${c} BETWEEN ${low} AND ${high}`],
    ['smallint', (c) => `${c} > ${low} AND ${c} <> ${low + 1}`],
    ['bigint', (c) => `${c} % 2 = 0`],
    ['numeric(8,2)', (c) => `${c} >= ${low} AND ${c} < ${high}`],
    ['double precision', (c) => `${c} < ${low}`],
    ['text', (c) => `length(${c}) = ${length}`],
    ['text', (c) => `char_length(${c}) BETWEEN ${length} AND ${length + 3} AND ${c} = lower(${c})`],
    ['varchar(20)', (c) => `${c} ~ '^[a-z0-9-]+$'`],
    ['text', (c) => `${c} LIKE '%@%'`],
    ['text', (c) => `${c} IN ('new', 'it''s', 'done')`],
    ['char(3)', (c) => `${c} = upper(${c})`],
    ['date', (c) => `${c} >= '2020-01-01' AND ${c} < '2030-01-01'`],
    ['timestamptz', (c) => `${c} > now()`],
    ['bool', (c) => `NOT ${c}`],
    ['jsonb', (c) => `jsonb_typeof(${c}) = 'array'`],
    ['text[]', (c) => `cardinality(${c}) > 2`],
    ['mood', (c) => `${c} <> 'sad'`],
    ['mood', () => 'true'],
    ['positive', () => 'true'],
    ['word', (c) => `${c} <> 'a'`],
    ['uuid', () => 'true'],
    ['int4range', (c) => `NOT isempty(${c})`],
    ['inet', () => 'true'],
    ['bytea', (c) => `octet_length(${c}) > 0`],
    ['interval', (c) => `${c} > interval '1 hour'`],
  ];
  const statements = tables.map((table, t) => {
    const parts = [
      some(0.5)
        ? 'id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY'
        : pick([
            'id serial PRIMARY KEY',
            'id uuid PRIMARY KEY',
            'id text PRIMARY KEY CHECK (length(id) >= 3)',
          ]),
    ];
    for (let c = 0; c < 1 + Math.floor(random() * 6); c++) {
      const [type, check] = pick(columns);
      const name = some(0.2) ? `"c ""${c}"` : `c${c}`;
      const unique =
        ['int', 'uuid', 'varchar(20)', 'positive', 'inet', 'date'].includes(type) &&
        high - low > 20 &&
        some(0.3);
      parts.push(
        `${name} ${type} ${some(0.7) ? 'NOT NULL' : ''} ${unique ? 'UNIQUE' : ''} CHECK (${check(name)})`,
      );
    }
    if (some(0.4))
      parts.push(
        'low int NOT NULL',
        'high int NOT NULL',
        'CHECK (low < high)',
        `sum int GENERATED ALWAYS AS (low + high) STORED CHECK (sum > ${low})`,
      );
    if (some(0.4)) parts.push('one text', 'two int', 'CHECK (num_nonnulls(one, two) = 1)');
    if (some(0.3))
      parts.push(
        "state text NOT NULL DEFAULT 'open'",
        'at date',
        "CHECK ((state = 'done') = (at IS NOT NULL))",
      );
    const references = tables.slice(0, t).filter(() => some(0.6));
    // The type of its key is known to the server alone.
    return { table, parts, references };
  });
  const sql = statements.map(({ table, parts, references }) => {
    const typeOfKey = (of: string) =>
      /^id (text|uuid)/.exec(statements.find((one) => one.table === of)?.parts[0] ?? '')?.[1] ?? 'int';
    const keys = references.map(
      (of) => `of_${of} ${typeOfKey(of)} ${some(0.7) ? 'NOT NULL' : ''} REFERENCES ${of}`,
    );
    return `CREATE TABLE ${table} (${[...parts, ...keys].join(', ')});`;
  });
  return { tables, sql: sql.join('\n') };
}

describe.each(['PGlite', 18] as const)('on %s', (server) => {
  let database: SampleDatabase;
  beforeAll(async () => {
    database = await openEmpty(server);
  });
  afterAll(() => database.close());

  test.each(seeds)('rows of random tables are made: %i', async (seed) => {
    const { client } = database;
    const { sql, tables } = randomSchema(randomFrom(seed));
    await client.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
      CREATE DOMAIN positive AS int CHECK (VALUE > 0);
      CREATE DOMAIN word AS varchar(10) NOT NULL CHECK (VALUE ~ '^[a-z]+$');
      ${sql}`);
    for (const table of tables) {
      // What is known of the tables is kept for each connection.
      const made = await transaction(client, (db) => makeMany(db, table, 12)).catch((error: unknown) => {
        throw new Error(`${error}\n${sql}`);
      });
      const { rowCount } = await client.query(`SELECT FROM ${table}`);
      expect(rowCount).toBeGreaterThanOrEqual(12);
      seen.tables += 1;
      seen.rows += made.length;
    }
  });

  test('they are many', () => {
    expect(seen.tables).toBeGreaterThan(100);
    expect(seen.rows).toBeGreaterThan(1000);
  });
});
