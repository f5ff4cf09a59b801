import { Client } from 'pg';
import { expect, test } from 'vitest';
import { contentsOf } from '../../../src/database/migrations/sample-rows/contents.ts';
import { emptyTables, fillTables } from '../../../src/database/migrations/sample-rows/fill.ts';
import { describeTables, listTables } from '../../../src/database/migrations/sample-rows/tables.ts';
import { createDatabase } from '../../support/postgres.ts';
import { tested } from '../../support/tested.ts';
import { rows } from '../open.ts';

const schema = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
  CREATE TYPE address AS (street text, "no" int);
  CREATE DOMAIN positive AS numeric(4,1) CHECK (value > 0);
  CREATE DOMAIN size AS text CHECK (value = 'S' OR value = 'M');
  CREATE TABLE every_type (
    a int2 UNIQUE, b int4 UNIQUE, c int8 UNIQUE, d numeric UNIQUE, e numeric(3,2), f numeric(2,2), g numeric(6), h float4,
    i float8, j money, k text UNIQUE, l varchar(3) UNIQUE, m char(2), n "char", o bool, p date, q timestamp, r timestamptz,
    s time, t timetz, u interval, v uuid UNIQUE, w json, x jsonb, y bytea, z inet, aa cidr, ab macaddr, ac macaddr8,
    ad point, ae line, af lseg, ag box, ah path, ai polygon, aj circle, ak tsvector, al tsquery, am bit(3), an varbit,
    ao oid, ap name, aq mood, ar address, "as" positive, at size, au int4range, av tstzrange, aw int4multirange,
    ax text[], ay mood[], az xml);
  CREATE TABLE makers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code char(2) NOT NULL, year int NOT NULL,
    UNIQUE (code, year));
  CREATE TABLE "Odd name" (
    id serial PRIMARY KEY, "Maker code" char(2) NOT NULL, year int NOT NULL, self int NOT NULL REFERENCES "Odd name",
    other int REFERENCES "Odd name", state text NOT NULL CHECK (state IN ('new', 'used; "x"')),
    doors int CHECK (doors = ANY (ARRAY[2, 4])), share numeric NOT NULL CHECK (share < 1),
    big int NOT NULL CHECK (big >= 1000), mail text NOT NULL CHECK (mail LIKE '%@%'),
    twice numeric GENERATED ALWAYS AS (share * 2) STORED, flag bool NOT NULL UNIQUE,
    FOREIGN KEY ("Maker code", year) REFERENCES makers (code, year));
  CREATE TABLE split (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE split_2001 PARTITION OF split FOR VALUES FROM ('2001-01-01') TO ('2002-01-01');
  CREATE TABLE seeded (id int PRIMARY KEY); INSERT INTO seeded VALUES (7);
  CREATE TABLE of_seeded (id int REFERENCES seeded NOT NULL);
  CREATE TABLE nothing ();
  CREATE TABLE narrow (x int CHECK (x BETWEEN 50 AND 60));
  CREATE TABLE own_type (x pg_snapshot NOT NULL);`;

test.each(tested([14, 18]))('fit types and constraints on PostgreSQL %i', async (major) => {
  const database = await createDatabase(major, schema);
  // A scale beyond the precision is known from PostgreSQL 15 on.
  const extra = major < 15 ? 'SELECT 1' : 'ALTER TABLE every_type ADD small numeric(1,3)';
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(extra);
    const names = await listTables(client);
    const tables = await describeTables(
      client,
      names.map(({ oid }) => oid),
    );
    const { filled, unfilled } = await fillTables(client, tables);
    const reasons = Object.fromEntries(unfilled.map(({ table, reason }) => [table, reason]));
    expect(reasons).toEqual({
      'public.own_type': 'no value is known for its column x',
    });
    const contents = await contentsOf(client, tables);
    expect(Object.fromEntries([...contents].map(([name, { rows: number }]) => [name, number]))).toEqual({
      // The unique boolean takes two of three.
      'public."Odd name"': 2,
      'public.every_type': 3,
      'public.makers': 3,
      'public.narrow': 3,
      'public.of_seeded': 3,
      'public.own_type': 0,
      'public.seeded': 1,
      'public.split': 3,
    });
    expect(await rows({ client }, 'SELECT DISTINCT id FROM of_seeded')).toEqual([[7]]);

    expect(
      await rows({ client }, 'SELECT state, doors, self = id, other, flag FROM "Odd name" ORDER BY id'),
    ).toEqual([
      ['new', 2, true, null, true],
      ['used; "x"', 4, true, null, false],
    ]);

    await emptyTables(client, filled);
    const left = await contentsOf(client, tables);
    expect([...left].filter(([, { rows: number }]) => number > 0).map(([name]) => name)).toEqual([
      'public.seeded',
    ]);
  } finally {
    await client.end();
    await database.drop();
  }
});
