import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMigrations } from '../../../src/database/migrations/migrations.ts';
import { openDatabase } from '../../../src/database/open.ts';
import type { MigrationFormat } from '../../../src/project/config.ts';
import type { SchemaFile } from '../../../src/project/schema-files.ts';
import { failureOf } from '../../support/failure.ts';
import fc from '../../support/fast-check.ts';
import { postgresUrl } from '../../support/postgres.ts';
import { makeProject } from '../../support/project.ts';
import { restOfTests } from '../../support/tested.ts';
import { configOf, onServer, rows } from '../open.ts';

type Files = Readonly<Record<string, string>>;

const sources = (files: Files): readonly SchemaFile[] =>
  Object.entries(files).map(([name, text]) => ({ path: `/m/${name}`, file: `m/${name}`, text }));

/** What is run up and down, without white space around it, and how. */
function read(format: MigrationFormat, files: Files) {
  return readMigrations(format, sources(files)).map((migration) => {
    if (migration.kind === 'program') return { name: migration.name };
    const { up, down } = migration;
    const shown = (script: typeof up) => `${script.mode}: ${script.sql.trim().replaceAll(/\s+/g, ' ')}`;
    return { name: migration.name, up: shown(up), down: down && shown(down) };
  });
}

async function refused(format: MigrationFormat, files: Files) {
  const failure = await failureOf(() => read(format, files));
  expect(failure.exitCode).toBe(1);
  const [found] = failure.diagnostics;
  return `${found?.file}:${found?.line ?? '-'}:${found?.column ?? '-'} ${found?.message} | ${found?.hint}`;
}

describe('node-pg-migrate', () => {
  test('parts in either order, in the order of its numbers', () => {
    expect(
      read('node-pg-migrate', {
        '20250102030405678_c.sql': 'C',
        '10_b.sql': '-- Down Migration\nDOWN\n-- Up Migration\nUP\n',
        '2_a.sql': '-- nodrift: no-transaction\n-- Up Migration\nUP\n-- Down Migration\nDOWN\n',
        '1736154000000_d.js': '',
      }),
    ).toEqual([
      { name: '2_a', up: 'statements: -- Up Migration UP', down: 'statements: -- Down Migration DOWN' },
      { name: '10_b', up: 'transaction: -- Up Migration UP', down: 'transaction: -- Down Migration DOWN' },
      { name: '20250102030405678_c', up: 'transaction: C', down: null },
      { name: '1736154000000_d' },
    ]);
  });

  test('reads what node-pg-migrate would, whatever is around its marks', async () => {
    const line = fc.constantFrom(
      '-- Up Migration',
      '-- Down Migration',
      '--down migration x',
      '  --- UP   migration',
      'SELECT 1;',
      '-- up',
      '',
    );
    await fc.assert(
      fc.property(fc.array(line, { maxLength: 7 }), (lines) => {
        const text = lines.join('\n');
        // Its own source, src/sqlMigration.ts.
        const [up, down] = ['up', 'down'].map((word) =>
          text.search(new RegExp(`^\\s*--[\\s-]*${word}\\s+migration`, 'im')),
        ) as [number, number];
        fc.pre(!(up === -1 && down !== -1));
        const [migration] = readMigrations('node-pg-migrate', sources({ '1_a.sql': text }));
        const expected = {
          up: up >= 0 ? text.slice(up, down < up ? undefined : down) : text,
          down: down >= 0 ? text.slice(down, up < down ? undefined : up) : undefined,
        };
        expect(migration).toMatchObject({ kind: 'sql', up: { sql: expected.up } });
        expect(migration?.kind === 'sql' && migration.down?.sql).toBe(expected.down);
      }),
    );
  });

  test('a down migration alone, all of which would be run as the up migration', async () => {
    expect(await refused('node-pg-migrate', { '1_a.sql': 'CREATE;\n\n-- Down Migration\nDROP;' })).toBe(
      'm/1_a.sql:3:1 The migration has a part "-- Down Migration", but none "-- Up Migration". | Write "-- Up Migration" above the statements of the up migration.',
    );
  });
});

describe('goose', () => {
  test('by number, with annotations in any case', () => {
    expect(
      read('goose', {
        '00010_b.sql': '-- a comment\n-- +goose NO TRANSACTION\n-- +goose Up\nUP;\n-- +goose Down\nDOWN;\n',
        '00002_a.sql':
          '-- +goose up\n-- +goose statementbegin\nUP;\n-- +goose statementend\n--  +goose  Down\r\nDOWN;\n',
        'seed.sql': 'x',
        '00003_test_test.go': '',
        '00011_c.sql': '-- +goose Up\nUP;',
      }),
    ).toEqual([
      {
        name: '00002_a',
        up: 'transaction: -- +goose statementbegin UP; -- +goose statementend',
        down: 'transaction: DOWN;',
      },
      { name: '00010_b', up: 'statements: UP;', down: 'statements: DOWN;' },
      { name: '00011_c', up: 'transaction: UP;', down: null },
    ]);
  });

  test('what it would refuse, or what only it can do', async () => {
    expect(await refused('goose', { '1_a.sql': 'SELECT 1;' })).toMatch(/^m\/1_a\.sql:1:1 .*begins with/);
    expect(await refused('goose', { '1_a.sql': '-- +goose Up\n-- +goose Up\n' })).toMatch(
      /^m\/1_a\.sql:2:1 /,
    );
    expect(await refused('goose', { '1_a.sql': '-- +goose Down\n-- +goose Up\n' })).toMatch(
      /^m\/1_a\.sql:1:1 /,
    );
    expect(await refused('goose', { '1_a.sql': '-- +goose Up\n-- +goose ENVSUB ON\n' })).toMatch(/:2:1 Var/);
    expect(await refused('goose', { '1_a.go': 'package x' })).toMatch(/^m\/1_a\.go:.*in Go/);
    expect(await refused('goose', { '1_a.sql': '-- +goose Up', '01_b.sql': '-- +goose Up' })).toMatch(
      /^m\/01_b\.sql:.*The number 1 is used by m\/1_a\.sql, too/,
    );
  });
});

test('dbmate', async () => {
  expect(
    read('dbmate', {
      '20200102_b.sql': '-- migrate:up transaction:false\nUP;\n-- migrate:down\nDOWN;\n',
      '20200101_a.sql': '-- why\n\n--migrate:up\nUP;\n\n-- migrate:down transaction:false\n',
      'x.sql': 'x',
    }),
  ).toEqual([
    { name: '20200101_a', up: 'transaction: UP;', down: 'message: ' },
    { name: '20200102_b', up: 'message: UP;', down: 'transaction: DOWN;' },
  ]);
  expect(await refused('dbmate', { '1.sql': 'SELECT 1;' })).toMatch(/:1:1 .*begins with/);
  expect(await refused('dbmate', { '1.sql': '-- migrate:down\n-- migrate:up\n' })).toMatch(/:1:1 .*before/);
  expect(await refused('dbmate', { '1.sql': '-- x\n  SELECT 1;\n-- migrate:up\n' })).toMatch(
    /:2:1 .*statements/,
  );
});

test('sql-migrate', async () => {
  expect(
    read('sql-migrate', {
      'last.sql': '-- +migrate Up\nLAST;',
      '10_b.sql': '-- +migrate Up\nA;\n-- +migrate Down\nB;\n-- +migrate Up notransaction\nC;\n',
      '2_a.sql': '-- +migrate Down\nDOWN;\n-- +migrate Up\nUP;\n',
    }),
  ).toEqual([
    { name: '2_a', up: 'transaction: UP;', down: 'transaction: DOWN;' },
    { name: '10_b', up: 'statements: A; C;', down: 'transaction: B;' },
    { name: 'last', up: 'transaction: LAST;', down: null },
  ]);
  expect(await refused('sql-migrate', { '1.sql': 'SELECT 1;' })).toMatch(/:1:1 .*begins with/);
});

test('tern', async () => {
  const line = '---- create above / drop below ----';
  expect(
    read('tern', {
      '010_b.sql': `---- tern: disable-tx ----\nUP;\n${line}\nDOWN;`,
      '002_a.sql': 'UP;',
      'x.sql': 'x',
    }),
  ).toEqual([
    { name: '002_a', up: 'transaction: UP;', down: null },
    { name: '010_b', up: 'statements: ---- tern: disable-tx ---- UP;', down: 'transaction: DOWN;' },
  ]);
  expect(await refused('tern', { '001_a.sql': 'SELECT\n {{.x}};' })).toMatch(/:2:2 Templates/);
});

test('golang-migrate', async () => {
  expect(
    read('golang-migrate', {
      '10_b.up.sql': 'UP',
      '2_a.down.sql': 'DOWN',
      '2_a.up.sql': 'UP',
      'x.sql': 'x',
    }),
  ).toEqual([
    { name: '2_a', up: 'message: UP', down: 'message: DOWN' },
    { name: '10_b', up: 'message: UP', down: null },
  ]);
  expect(await refused('golang-migrate', { '1_a.down.sql': '' })).toMatch(
    /^m\/1_a\.down\.sql:.*no file \.up/,
  );
  expect(await refused('golang-migrate', { '1_a.up.sql': '', '01_b.up.sql': '' })).toMatch(
    /^m\/01_b\.up\.sql:.*The number 01 is used by m\/1_a\.up\.sql, too/,
  );
});

describe('a folder of another tool is refused at what shows it, with the format to set', () => {
  const texts: readonly (readonly [MigrationFormat, Files, string])[] = [
    ['goose', { '1_a.sql': 'x\n-- +goose Up\nx\n-- +goose Down\ny' }, '2:1'],
    ['dbmate', { '1_a.sql': '-- migrate:up\nx\n-- migrate:down\ny' }, '1:1'],
    ['sql-migrate', { '1_a.sql': '-- +migrate Up\nx\n-- +migrate Down\ny' }, '1:1'],
    ['tern', { '1_a.sql': 'x\n---- create above / drop below ----\ny' }, '2:1'],
    ['golang-migrate', { '1_a.up.sql': 'x', '1_a.down.sql': 'y' }, '1:1'],
  ];
  const cases = texts.flatMap(([tool, files, place]) =>
    (['node-pg-migrate', 'plain', 'goose', 'dbmate', 'sql-migrate'] as const)
      .filter((configured) => configured !== tool)
      .filter((configured) => !(configured === 'plain' && tool === 'golang-migrate'))
      .map((configured) => ({ tool, configured, files, place })),
  );
  test.each(cases)('$tool, read as $configured', async ({ tool, configured, files, place }) => {
    const [name = ''] = Object.keys(files);
    expect(await refused(configured, files)).toBe(
      `m/${basename(name)}:${place} This is a migration of ${tool}, but the configuration says ${configured}.` +
        ` | Set it: "migrations": { "dir": "…", "format": "${tool}" } under "nodrift".`,
    );
  });

  test('node-pg-migrate, read as plain', async () => {
    expect(await refused('plain', { '1_a.sql': 'x\n-- Down Migration\ny' })).toMatch(
      /of node-pg-migrate, but/,
    );
  });
});

describe('all of them build the same schema', () => {
  const create = 'CREATE TABLE cars (id int PRIMARY KEY, make text);';
  const index = 'CREATE INDEX CONCURRENTLY cars_make ON cars (make);';
  const drop = 'DROP TABLE cars;';
  const undo = 'DROP INDEX CONCURRENTLY cars_make;';
  const formats: Record<MigrationFormat, Files> = {
    'node-pg-migrate': {
      '1_cars.sql': `-- Up Migration\n${create}\n-- Down Migration\n${drop}`,
      '2_make.sql': `-- nodrift: no-transaction\n-- Up Migration\n${index}\nSELECT 1;\n-- Down Migration\n${undo}`,
    },
    plain: { '1_cars.sql': create, '2_make.sql': index },
    goose: {
      '1_cars.sql': `-- +goose Up\n${create}\n-- +goose Down\n${drop}`,
      '2_make.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${index}\nSELECT 1;\n-- +goose Down\n${undo}`,
    },
    dbmate: {
      '1_cars.sql': `-- migrate:up\n${create}\n-- migrate:down\n${drop}`,
      '2_make.sql': `-- migrate:up transaction:false\n${index}\n-- migrate:down transaction:false\n${undo}`,
    },
    'golang-migrate': {
      '1_cars.up.sql': create,
      '1_cars.down.sql': drop,
      '2_make.up.sql': index,
      '2_make.down.sql': undo,
    },
    prisma: { '1_cars/migration.sql': create, '2_make/migration.sql': index },
    'sql-migrate': {
      '1_cars.sql': `-- +migrate Up\n${create}\n-- +migrate Down\n${drop}`,
      '2_make.sql': `-- +migrate Down notransaction\n${undo}\n-- +migrate Up notransaction\n${index}\nSELECT 1;\n`,
    },
    tern: {
      '1_cars.sql': `${create}\n---- create above / drop below ----\n${drop}`,
      '2_make.sql': `---- tern: disable-tx ----\n${index}\nSELECT 1;\n---- create above / drop below ----\n${undo}`,
    },
  };
  test.each(Object.entries(formats))('%s', async (format, files) => {
    using project = makeProject(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`db/${name}`, text])),
    );
    const config = configOf(project, { migrations: { dir: './db', format } });
    const database = await openDatabase(onServer(config, postgresUrl(restOfTests ? 16 : 18)));
    try {
      expect(
        await rows(database, "SELECT indexdef FROM pg_indexes WHERE tablename = 'cars' ORDER BY 1"),
      ).toEqual([
        ['CREATE INDEX cars_make ON public.cars USING btree (make)'],
        ['CREATE UNIQUE INDEX cars_pkey ON public.cars USING btree (id)'],
      ]);
    } finally {
      await database.close();
    }
  });

  test('and say where they fail', async () => {
    using project = makeProject({
      'db/1_a.sql': '-- +migrate Down\nSELECT;\n-- +migrate Up\nSELECT 1;\nSELECT nope;\n',
    });
    const config = configOf(project, { migrations: { dir: './db', format: 'sql-migrate' } });
    const failure = await failureOf(() => openDatabase(onServer(config, postgresUrl(restOfTests ? 16 : 18))));
    expect(failure.diagnostics[0]).toMatchObject({
      file: 'db/1_a.sql',
      line: 5,
      column: 8,
      sqlstate: '42703',
    });
  });
});
