import { describe, expect, test } from 'vitest';
import { verifyMigrations } from '../../src/commands/migrate-verify.ts';
import type { MigrationProblem } from '../../src/commands/migration-trial.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { failureOf } from '../support/failure.ts';
import { sharedCache } from '../support/pglite.ts';
import { postgresUrl } from '../support/postgres.ts';
import { makeProject } from '../support/project.ts';

type Files = Readonly<Record<string, string>>;

const migration = (up: string, down: string | null) =>
  `-- Up Migration\n${up}\n${down === null ? '' : `-- Down Migration\n${down}\n`}`;

async function verified(files: Files, nodrift: object = { database: 'server' }) {
  using project = makeProject({
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/${name}`, text])),
    'pgtyped.config.json': JSON.stringify({
      transforms: [{ mode: 'sql', include: '*.sql' }],
      srcDir: './queries',
      nodrift,
    }),
  });
  const config = loadConfig(project.path('pgtyped.config.json'), { DATABASE_URL: postgresUrl(18) });
  return await verifyMigrations(config, { env: sharedCache() });
}

function short(problem: MigrationProblem): string {
  switch (problem.kind) {
    case 'irreversible':
      return 'irreversible';
    case 'schema':
      return `${problem.step}: ${problem.changes.map(({ change, kind, name }) => `${change} ${kind} ${name}`).join(', ')}`;
    case 'state':
      return `state: ${problem.changes.map(({ what, before, after }) => `${what} ${before} -> ${after}`).join(', ')}`;
    case 'data':
      return `${problem.by} loses ${problem.table} ${problem.columns.join(' ')} ${problem.rowsBefore}/${problem.rowsAfter}`;
    case 'failed':
      return `${problem.step} fails${problem.rows ? ' on rows' : ''}: ${problem.diagnostics[0]?.message}`;
  }
}

async function problems(files: Files, nodrift?: object) {
  const { migrations } = await verified(files, nodrift);
  return migrations.map((one) => one.problems.map(short));
}

const cars = migration(
  `CREATE TYPE fuel AS ENUM ('petrol', 'electric');
CREATE TABLE makers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE cars (
  id uuid PRIMARY KEY,
  maker bigint NOT NULL REFERENCES makers ON DELETE CASCADE,
  next uuid REFERENCES cars,
  fuel fuel NOT NULL,
  state text NOT NULL CHECK (state IN ('new', 'used')),
  price numeric(8,2) NOT NULL CHECK (price > 0),
  doors smallint,
  tax numeric(6,2),
  tags text[] NOT NULL DEFAULT '{}',
  sold_at timestamptz
);`,
  'DROP TABLE cars; DROP TABLE makers; DROP TYPE fuel;',
);

describe('of one migration over tables with rows', () => {
  const found = async (up: string, down: string | null) =>
    (await problems({ '1_a.sql': cars, '2_b.sql': migration(up, down) }))[1];

  test.each([
    ['ALTER TABLE cars ADD note text;', 'ALTER TABLE cars DROP note;'],
    ['ALTER TABLE cars RENAME price TO cost;', 'ALTER TABLE cars RENAME cost TO price;'],
    ['CREATE INDEX cars_state ON cars (state);', 'DROP INDEX cars_state;'],
    ['ALTER TABLE cars ALTER doors TYPE int;', 'ALTER TABLE cars ALTER doors TYPE smallint;'],
    ["UPDATE cars SET state = 'new' WHERE false;", 'SELECT 1;'],
    ["INSERT INTO makers (name) VALUES ('x');", "DELETE FROM makers WHERE name = 'x';"],
    ['CREATE VIEW v AS SELECT id FROM cars;', 'DROP VIEW v;'],
    [
      '-- nodrift: no-transaction\nCREATE INDEX CONCURRENTLY i ON cars (doors);',
      '-- nodrift: no-transaction\nDROP INDEX CONCURRENTLY i;',
    ],
  ])('%s is fine', async (up, down) => {
    expect(await found(up, down)).toEqual([]);
  });

  test.each<readonly [string, string | null, readonly string[]]>([
    ['CREATE TABLE t ();', null, ['irreversible']],
    [
      'CREATE TABLE t (a int); CREATE INDEX i ON cars (doors);',
      'DROP TABLE t;',
      [
        'down: unexpected index public.i',
        'again fails: The migration failed and was rolled back: relation "i" already exists',
      ],
    ],
    [
      'ALTER TABLE cars DROP doors;',
      'ALTER TABLE cars ADD doors smallint;',
      ['up loses public.cars doors 5/5'],
    ],
    [
      'ALTER TABLE cars DROP price;',
      'ALTER TABLE cars ADD price numeric(8,2) NOT NULL CHECK (price > 0);',
      [
        'down fails on rows: The migration failed and was rolled back: column "price" of relation "cars" contains null values',
      ],
    ],
    [
      'ALTER TABLE cars ALTER tax TYPE int;',
      'ALTER TABLE cars ALTER tax TYPE numeric(6,2);',
      ['up loses public.cars tax 5/5'],
    ],
    [
      'DELETE FROM makers;',
      'SELECT 1;',
      [
        'up loses public.cars id maker next fuel state price doors tax tags sold_at 7/0',
        'up loses public.makers id name 8/0',
      ],
    ],
    [
      'ALTER TABLE cars ADD note text;',
      'ALTER TABLE cars DROP note; UPDATE cars SET doors = 5;',
      ['down loses public.cars doors 8/8'],
    ],
    ['ALTER TABLE cars ALTER doors TYPE int;', 'SELECT 1;', ['down: different column public.cars.doors']],
    [
      'ALTER TABLE cars ADD note text;',
      'ALTER TABLE cars DROP nota;',
      [
        'down fails: The migration failed and was rolled back: column "nota" of relation "cars" does not exist',
      ],
    ],
    [
      "CREATE TABLE t (); DO $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 'left') THEN CREATE TABLE u (); END IF; END $$;",
      'DROP TABLE t; CREATE TABLE IF NOT EXISTS "left" ();',
      [
        'down: unexpected table public."left"',
        'again: unexpected table public."left", unexpected table public.u',
      ],
    ],
  ])('%s', async (up, down, expected) => {
    expect(await found(up, down)).toEqual(expected);
  });
});

test.each<readonly [string, string, readonly string[]]>([
  [
    "COMMENT ON COLUMN cars.doors IS 'new';",
    "COMMENT ON COLUMN cars.doors IS 'old';",
    ['state: comment on column doors of table cars null -> old'],
  ],
  [
    'GRANT SELECT ON makers TO PUBLIC;',
    'SELECT 1;',
    ['state: privileges on makers postgres=arwdDxtm/postgres -> =r/postgres, postgres=arwdDxtm/postgres'],
  ],
  ['GRANT SELECT ON makers TO PUBLIC;', 'REVOKE SELECT ON makers FROM PUBLIC;', []],
  [
    'ALTER TABLE makers OWNER TO pg_monitor;',
    'SELECT 1;',
    [
      'state: owner of makers postgres -> pg_monitor, privileges on makers postgres=arwdDxtm/postgres -> pg_monitor=arwdDxtm/pg_monitor',
    ],
  ],
  [
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;',
    'SELECT 1;',
    ['state: default privileges of postgres on tables null -> =r/postgres, postgres=arwdDxtm/postgres'],
  ],
  ['CREATE VIEW v AS SELECT 1 AS one; COMMENT ON VIEW v IS $$x$$;', 'DROP VIEW v;', []],
])('what the schema does not hold: %s', async (up, down, expected) => {
  const found = (await problems({ '1_a.sql': cars, '2_b.sql': migration(up, down) }))[1];
  expect(found).toEqual(expected);
});

test('a role that the down migration leaves, on a server of its own', async () => {
  const role = migration(
    "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app; END IF; END$$;",
    'SELECT 1;',
  );
  expect(await problems({ '1_a.sql': role }, { database: 'embedded' })).toEqual([
    ['state: role app null -> inherits'],
  ]);
  const dropped = migration('CREATE ROLE app LOGIN;', 'DROP ROLE app;');
  expect(await problems({ '1_a.sql': dropped }, { database: 'embedded' })).toEqual([[]]);
});

test.each<readonly [string, readonly string[]]>([
  ['UPDATE cars SET tax = coalesce(tax, 0);', ['up loses public.cars tax 7/7']],
  ['UPDATE makers SET name = lower(name);', ['up loses public.makers name 8/8']],
  ['UPDATE cars SET doors = 90 WHERE doors > 77;', ['up loses public.cars doors 13/13']],
  ['UPDATE cars SET doors = 90 WHERE doors BETWEEN 4 AND 76;', ['up loses public.cars doors 16/16']],
  ["UPDATE cars SET tags = '{}' WHERE tags = '{gone}';", []],
])('what common values do not show: %s', async (up, expected) => {
  const found = (await problems({ '1_a.sql': cars, '2_b.sql': migration(up, 'SELECT 1;') }))[1];
  expect(found).toEqual(expected);
});

test('says which statements touched no row', async () => {
  const { migrations } = await verified({
    '1_a.sql': cars,
    '2_b.sql': migration(
      "UPDATE cars SET state = 'used' WHERE doors = doors + 1; UPDATE cars SET doors = doors; DELETE FROM makers WHERE name = 'none';",
      "UPDATE cars SET state = 'new' WHERE doors = -1;",
    ),
  });
  expect(migrations[1]?.notes).toEqual([
    'UPDATE 1 of 2 in its up migration affects no row, so its effect on rows is not tested',
    'the DELETE in its up migration affects no row, so its effect on rows is not tested',
    'the UPDATE in its down migration affects no row, so its effect on rows is not tested',
  ]);
});

test('after one that is not taken back, the next one finds what it would find anywhere', async () => {
  expect(
    await problems({
      '1_a.sql': migration('CREATE TABLE a ();', 'DROP TABLE a; CREATE TABLE c ();'),
      '2_b.sql': migration('CREATE TABLE c ();', 'DROP TABLE c;'),
      '3_c.sql': migration('CREATE TABLE d ();', null),
      '4_d.sql': migration('ALTER TABLE d ADD x int;', 'ALTER TABLE d DROP x;'),
    }),
  ).toEqual([
    ['down: unexpected table public.c', 'again: unexpected table public.c'],
    [],
    ['irreversible'],
    [],
  ]);
});

test('programs, and formats of other tools', async () => {
  expect(
    await problems({
      '1_a.js': "exports.up = (pgm) => pgm.createTable('a', { id: 'id', name: 'text' });",
      '2_b.js':
        "exports.up = (pgm) => pgm.dropColumns('a', ['name']); exports.down = (pgm) => pgm.addColumns('a', { name: 'text' });",
    }),
  ).toEqual([[], ['up loses public.a name 8/8']]);
  expect(
    await problems(
      {
        '1_a.sql': '-- +goose Up\nCREATE TABLE a (x int);\n-- +goose Down\nDROP TABLE a;\n',
        '2_b.sql': '-- +goose Up\nCREATE TABLE b ();\n-- +goose Down\n',
      },
      { database: 'server', migrations: { dir: './migrations', format: 'goose' } },
    ),
  ).toEqual([
    [],
    [
      'down: unexpected table public.b',
      'again fails: The migration failed and was rolled back: relation "b" already exists',
    ],
  ]);
});

test('on the embedded database', async () => {
  const found = await verified(
    {
      '1_a.sql': cars,
      '2_b.sql': migration('ALTER TABLE cars DROP state;', 'ALTER TABLE cars ADD state text;'),
    },
    {},
  );
  expect(found.database).toMatch(/^PGlite/);
  expect(found.migrations.map((one) => one.problems.map(short))).toEqual([
    [],
    [
      'down: different column public.cars.state, missing constraint public.cars.cars_state_check',
      'up loses public.cars state 5/5',
    ],
  ]);
});

test('says what it could not try', async () => {
  const { migrations } = await verified({
    '1_a.sql': migration(
      'CREATE TABLE a (x int NOT NULL CHECK (x > 5000 AND x % 977 = 13));',
      'DROP TABLE a;',
    ),
    '2_b.sql': migration('ALTER TABLE a ADD y int NOT NULL;', 'ALTER TABLE a DROP y;'),
    '3_c.sql': migration('CREATE TABLE b (x int); INSERT INTO b VALUES (1);', 'DROP TABLE b;'),
    '4_d.sql': migration(
      'ALTER TABLE b ADD z int NOT NULL DEFAULT 1, ADD CHECK (x < 2);',
      'ALTER TABLE b DROP z, DROP CONSTRAINT b_x_check;',
    ),
    '5_e.sql': migration('CREATE TABLE e (x int);', 'DROP TABLE e;'),
    '6_f.sql': migration('ALTER TABLE e ADD y int NOT NULL;', 'ALTER TABLE e DROP y;'),
  });
  expect(migrations.map(({ problems: found, notes }) => [found.map(short), notes])).toEqual([
    [[], []],
    [[], ['public.a has no sample rows: new row for relation "a" violates check constraint "a_x_check"']],
    [[], []],
    [[], []],
    [[], []],
    [
      [],
      [
        'its up migration fails if there are rows: The migration failed and was rolled back: column "y" of relation "e" contains null values',
      ],
    ],
  ]);
});

test('a migration that fails is a failure, and one-way formats are refused', async () => {
  const failure = await failureOf(() => verified({ '1_a.sql': migration('SELECT nope;', 'SELECT 1;') }));
  expect(failure.exitCode).toBe(1);
  const plain = { database: 'server', migrations: { dir: './migrations', format: 'plain' } };
  const refused = await failureOf(() => verified({ '1_a.sql': 'SELECT 1;' }, plain));
  expect(refused.exitCode).toBe(2);
  expect(refused.message).toBe('Plain .sql files have no down migration to try.');
});
