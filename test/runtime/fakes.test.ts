import {
  array,
  arrayWithNulls,
  batch,
  bytea,
  date,
  exec,
  FakeError,
  fakes,
  int4,
  int8,
  isUniqueViolation,
  json,
  many,
  numeric,
  type QueryDefinition,
  QueryError,
  range,
  text,
  timestamptz,
  transaction,
  UniqueViolationError,
} from 'nodrift-runtime';
import { describe, expect, it } from 'vitest';
import * as users from '../../queries/users.queries.ts';
import { createPglite } from '../support/pglite.ts';

const id = 'b3f1e2a4-0000-4000-8000-000000000001';
const ann = { id, email: 'ann@example.org', name: 'Ann' };

describe('a fake connection', () => {
  it('calls what stands in for a query, with the types of both, and keeps the calls', async () => {
    const db = fakes(users).with({ findUserByEmail: ({ email }) => (email === ann.email ? ann : null) });
    expect(await users.findUserByEmail(db, { email: ann.email })).toEqual(ann);
    expect(await users.findUserByEmail(db, { email: 'other' })).toBeNull();
    expect(db.calls).toEqual([
      { query: 'findUserByEmail', params: { email: ann.email } },
      { query: 'findUserByEmail', params: { email: 'other' } },
    ]);
    // @ts-expect-error a row of another shape
    fakes(users).with({ findUserByEmail: () => ({ id: 1 }) });
    // @ts-expect-error no query of the module
    expect(() => fakes(users).with({ somethingElse: () => null })).toThrow('somethingElse must be a query');
  });

  it('answers each kind of query, alone, in a batch, in a transaction and row by row', async () => {
    const address = { street: 'Main', city: 'Leon', postal_code: null, country: null };
    const cities = [1, 2, 3].map((n) => ({ id, name: `Ann ${n}`, street: 'Main', postalCode: null }));
    const db = fakes(users).with({
      setAddress: async () => 1,
      upsertUser: ({ email, name }) => ({ id, email, name, firstTime: true }),
      listUsersInCity: () => cities,
    });
    expect(await users.setAddress(db, { id, address })).toBe(1);
    expect(await users.upsertUser(db, { email: 'a@b.c', name: 'A' })).toMatchObject({ firstTime: true });
    expect(await batch(db, [users.setAddress.with({ id, address: null })])).toEqual([
      { status: 'fulfilled', value: 1 },
    ]);
    const inside = await transaction(db, (tx) => users.listUsersInCity(tx, { city: 'Leon' }));
    expect(inside).toEqual(cities);
    const found: unknown[] = [];
    for await (const row of users.listUsersInCity.iterate(db, { city: 'Leon' }, { batch: 2 }))
      found.push(row);
    expect(found).toEqual(cities);
    expect(db.calls.at(-1)).toEqual({ query: 'listUsersInCity', params: { city: 'Leon' } });
    expect(await users.listUsersInCity(db, { city: 'Leon' })).toEqual(cities);
  });

  it('can be varied for a test, and leaves the others as they are', async () => {
    const all = fakes(users).with({ setAddress: () => 1, findUserByEmail: () => ann });
    const none = all.with({ setAddress: () => 0 });
    expect(await users.setAddress(none, { id, address: null })).toBe(0);
    expect(await users.findUserByEmail(none, { email: 'x' })).toEqual(ann);
    expect(await users.setAddress(all, { id, address: null })).toBe(1);
    expect([all.calls.length, none.calls.length]).toEqual([1, 2]);
  });

  it('throws what a database would, and rejects what no database could return', async () => {
    const taken = { severity: 'ERROR', code: '23505', message: 'taken', constraint: 'users_email_key' };
    const failing = fakes(users).with({
      createUser: () => {
        throw new UniqueViolationError(users.createUser, taken);
      },
      getUser: () => {
        throw new RangeError('secret');
      },
    });
    const violation = await users.createUser(failing, { email: 'a@b.c', name: 'A' }).catch((e: unknown) => e);
    expect(isUniqueViolation(violation, users.createUser, 'users_email_key')).toBe(true);
    const failed = await users.getUser(failing, { id }).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(FakeError);
    expect(failed).toMatchObject({ message: 'getUser (queries/users.sql): its fake failed' });
    expect((failed as Error).cause).toBeInstanceOf(RangeError);
    await expect(users.setAddress(failing, { id, address: null })).rejects.toThrow(
      'setAddress (queries/users.sql): has no fake',
    );
    await expect(users.getUser(failing, { id: 'no uuid \ud800' })).rejects.toThrow('parameter "id"');
    await expect(failing.query()).rejects.toThrow('queries of generated modules only');
  });

  it.each<[unknown, string]>([
    [{ n: 1, t: 'a', more: 1 }, 'a row has the key "more", which is not a column'],
    [{ n: 1 }, 'a row has no "t"'],
    [{ n: 1, t: undefined }, 'a row has no "t"'],
    [{ n: 'secret', t: 'a' }, 'column "n": not a number'],
    [5n, 'a row is not an object'],
  ])('refuses the row %s', async (row, message) => {
    const q = many<void, { n: number; t: string }>({
      name: 'q',
      file: 'q.sql',
      sql: 'SELECT 1 AS n, $$a$$ AS t',
      params: [],
      columns: [
        ['n', int4],
        ['t', text],
      ],
    });
    const db = fakes({ q }).with({ q: () => [row as { n: number; t: string }] });
    const error = await q(db).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(QueryError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('secret');
  });

  it('gives back the rows of a database as they were, whatever their types', async () => {
    const definition: QueryDefinition = {
      name: 'all',
      file: 'q.sql',
      sql: `SELECT 1 AS a, 9007199254740993 AS b, '\\xff00'::bytea AS c, '{1,NULL}'::int[] AS d, '[1,3)'::int4range AS e,
        '{"x": [1, null]}'::json AS f, 1.50 AS g, '2026-01-02 03:04:05.678+00'::timestamptz AS h, '2026-01-02'::date AS i,
        NULL::text AS j, '' AS k, '{"\\\\x00ff"}'::bytea[] AS l`,
      params: [],
      columns: [
        ['a', int4],
        ['b', int8],
        ['c', bytea],
        ['d', arrayWithNulls(int4)],
        ['e', range(int4)],
        ['f', json],
        ['g', numeric],
        ['h', timestamptz],
        ['i', date],
        ['j', text],
        ['k', text],
        ['l', array(bytea)],
      ],
    };
    const all = many<void, object>(definition);
    const db = await createPglite();
    try {
      const rows = await all(db);
      expect(await all(fakes({ all }).with({ all: () => rows }))).toEqual(rows);
    } finally {
      await db.close();
    }
    const run = exec<void>({ ...definition, name: 'run', columns: [] });
    expect(await run(fakes({ run }).with({ run: () => undefined }))).toBeUndefined();
  });
});
