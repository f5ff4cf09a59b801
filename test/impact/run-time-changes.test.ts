import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SnapshotComparison } from '../../src/impact/compare-snapshots.ts';
import { postgresUrl } from '../support/postgres.ts';
import { roles, runTimeCases } from './run-time-cases.ts';
import { compared, linesOf, type States, statesOf } from './support/states.ts';

/** Each case has tables of its own, so that two snapshots do for all. */
describe('a statement that Postgres accepts and that fails when it runs:', () => {
  let states: States;
  let comparison: SnapshotComparison;
  let next: SnapshotComparison;
  beforeAll(async () => {
    const join = (of: 'schema' | 'migration') => runTimeCases.map((one) => one[of]).join(';\n');
    states = await statesOf(18, join('schema'), runTimeCases.map(({ queries }) => queries).join('\n'));
    const [before, after, later] = await states.through(join('migration'), 'SELECT 1');
    comparison = compared(before, after);
    next = compared(after, later);
  });
  afterAll(() => states?.close());

  test.each(runTimeCases.map((one) => [one.name, one] as const))('%s', (_, { queries, impact }) => {
    const names = [...queries.matchAll(/@name (\w+)/g)].map(([, name]) => name);
    const impacts = comparison.impacts.filter(({ name }) => names.includes(name));
    expect(names.length).toBeGreaterThan(0);
    expect(linesOf({ ...comparison, impacts })).toEqual(impact);
  });

  test('a migration that does nothing afterwards has no impact', () => {
    expect(linesOf(next)).toEqual([]);
  });

  test('values that a moved sequence gives again are refused where they are to be unique', () => {
    const effects = comparison.impacts
      .filter(({ name }) => name.startsWith('C95'))
      .flatMap(({ name, changes }) => changes.map((one) => [name, one.subject, / 23505$/.test(one.effect)]));
    expect(effects).toEqual([
      ['C95Add', 'c95_id_seq', true],
      ['C95Add', 'c95_n_seq', true],
      ['C95Add', 'c95_m_seq', false],
      ['C95Own', 'c95_b', true],
      ['C95Draw', 'c95_a', false],
      ['C95Empty', 'c95_d', false],
      ['C95Serial', 'c95_e_id_seq', true],
    ]);
  });
});

describe('what sessions begin with', () => {
  let states: States;
  beforeAll(async () => {
    states = await statesOf(
      18,
      'CREATE TABLE s1 (id integer)',
      '/* @name Read */ SELECT id FROM s1; /* @name Add */ INSERT INTO s1 VALUES (:id);',
    );
  });
  afterAll(() => states?.close());

  const database = (change: string) =>
    `DO $$BEGIN EXECUTE format('ALTER DATABASE %I ${change}', current_database()); END$$`;

  test.each([
    [
      'search_path',
      database('SET search_path = other'),
      [
        'Read may break: setting search_path of the database none -> other',
        'Add may break: setting search_path of the database none -> other',
      ],
    ],
    [
      'default_transaction_read_only',
      database('SET default_transaction_read_only = on'),
      ['Add may break: setting default_transaction_read_only of the database none -> on'],
    ],
    ['what decides about plans only', database('SET random_page_cost = 1.1'), []],
  ])('%s', async (_, sql, impact) => {
    const [before, after] = await states.through(sql);
    expect(linesOf(compared(before, after))).toEqual(impact);
    await states.through(database('RESET ALL'));
  });

  test('a setting of a role, and back', async () => {
    const alter = (what: string) =>
      `DO $$BEGIN EXECUTE format('ALTER ROLE nodrift_set IN DATABASE %I ${what}', current_database()); END$$`;
    const create = 'DO $$BEGIN CREATE ROLE nodrift_set; EXCEPTION WHEN duplicate_object THEN NULL; END$$';
    const set = `${create}; ${alter("SET DateStyle = ''SQL''")}`;
    const [before, after, later] = await states.through(set, alter('RESET ALL'));
    expect(linesOf(compared(before, after))[0]).toBe(
      'Read may break: setting DateStyle of role nodrift_set in the database none -> SQL',
    );
    expect(linesOf(compared(after, later))[0]).toBe(
      'Read may break: setting DateStyle of role nodrift_set in the database SQL -> none',
    );
    expect(compared(before, later).impacts).toEqual([]);
  });

  test('a role may no longer read, or write, all data', async () => {
    const create = `${roles('nodrift_all')}; GRANT pg_read_all_data, pg_write_all_data TO nodrift_all`;
    const revoke = 'REVOKE pg_read_all_data, pg_write_all_data FROM nodrift_all';
    const [, before, after] = await states.through(create, revoke);
    expect(linesOf(compared(before, after))).toEqual([
      'Read may break: privilege nodrift_all of s1 SELECT -> none',
      'Add may break: privilege nodrift_all of s1 INSERT -> none',
    ]);
  });

  test('not what another session sets meanwhile, of a role or for the whole server', async () => {
    const server = new Client({ connectionString: postgresUrl(18) });
    await server.connect();
    const drop = 'DROP ROLE IF EXISTS nodrift_other';
    try {
      await server.query(`${drop}; CREATE ROLE nodrift_other`);
      const [before] = await states.through();
      await server.query("ALTER ROLE nodrift_other SET search_path = 'elsewhere'");
      const [after] = await states.through();
      const { settings } = after?.rules ?? { settings: [] };
      expect(settings.filter(({ of }) => of.includes('nodrift_other'))).toEqual([]);
      expect(before?.rules.settings).toEqual(settings);
    } finally {
      await server.query(drop);
      await server.end();
    }
  });
});
