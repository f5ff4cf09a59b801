import { Client } from 'pg';
import Cursor from 'pg-cursor';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type AnyCodec,
  arrayWithNulls,
  batch,
  bool,
  type ColumnDefinition,
  DecodeError,
  exec,
  int4,
  int8,
  json,
  many,
  numeric,
  one,
  postgresJs,
  StaleQueryError,
  text,
  transaction,
  unprepared,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened } from './connections.ts';

const file = 'stale.sql';

interface Note {
  id: number;
  title: string;
  shortText: string;
}

const definition = {
  name: 'listNotes',
  file,
  sql: 'SELECT * FROM notes ORDER BY id',
  params: [],
  columns: [
    ['id', int4, 23],
    ['title', text, 25],
    ['shortText', text, 25, 'short_text'],
  ],
} as const;
const listNotes = many<void, Note>(definition);
const note: Note = { id: 1, title: 'a', shortText: 'b' };

const create = (columns: string) =>
  `DROP TABLE IF EXISTS notes; CREATE TEMP TABLE notes (${columns});
   INSERT INTO notes (id, title, short_text) VALUES (1, 'a', 'b')`;
const right = create('id int, title text, short_text text');
const reordered = create('id int, short_text text, title text');

/** A query of one column that is declared so. */
function value(sql: string, codec: AnyCodec, type: number) {
  const columns: readonly ColumnDefinition[] = [['x', codec, type]];
  return one<void, { x: unknown }>({ name: 'value', file, sql: `SELECT ${sql} AS x`, params: [], columns });
}

describe.each(connections)('columns that are others, over %s', (kind, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());

  it('are read while they are as declared', async () => {
    const { db, run } = opened;
    await run(right);
    for (let i = 0; i < 3; i++) expect(await listNotes(db)).toEqual([note]);
    expect(await listNotes(unprepared(db))).toEqual([note]);
  });

  it('are told where they come in another order', async () => {
    const { db, run } = opened;
    await run(reordered);
    const stale = {
      name: 'StaleQueryError',
      query: 'listNotes',
      file,
      column: 'title',
      message:
        'listNotes (stale.sql): column 2 is "short_text", the generated module expects "title"; run `nodrift generate`',
    };
    for (let i = 0; i < 3; i++) await expect(listNotes(db)).rejects.toMatchObject(stale);
    await expect(listNotes(unprepared(db))).rejects.toMatchObject(stale);
    await expect(listNotes.run(undefined, db)).rejects.toMatchObject(stale);
    for (const outcome of await batch(db, [listNotes.with(), listNotes.with()])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: stale });
    }
    await run(right);
    expect(await listNotes(db)).toEqual([note]);
    for (const outcome of await batch(db, [listNotes.with(), listNotes.with()])) {
      expect(outcome).toEqual({ status: 'fulfilled', value: [note] });
    }
  });

  it('are told where that changes after the first time', async () => {
    const { db, run } = opened;
    await run(right);
    for (let i = 0; i < 3; i++) expect(await listNotes(db)).toEqual([note]);
    await run(reordered);
    if (kind !== 'a transaction of PGlite') await expect(listNotes(db)).rejects.toThrow(StaleQueryError);
    await expect(listNotes(unprepared(db))).rejects.toThrow(StaleQueryError);
  });

  it('are told where they are of another type', async () => {
    const { db } = opened;
    await expect(value("'a'", int4, 23)(db)).rejects.toThrow(
      'value (stale.sql): column "x" is text, the generated module expects int4; run `nodrift generate`',
    );
    await expect(value('ARRAY[true]', text, 25)(db)).rejects.toThrow(/is type 1000, .* expects text/);
    await expect(value('1', text, 0)(db)).rejects.toThrow(/is int4, .* expects a type of the schema/);
    await expect(value('point(1, 2)', bool, 16)(db)).rejects.toThrow(/is type 600, .* bool/);
  });

  it('are not told where they are read alike', async () => {
    const { db } = opened;
    expect(await value("'a'::varchar(3)", text, 25)(db)).toEqual({ x: 'a' });
    expect(await value("ARRAY['a'::varchar]", arrayWithNulls(text), 1009)(db)).toEqual({ x: ['a'] });
    expect(await value("'{}'::jsonb", json, 114)(db)).toEqual({ x: {} });
    expect(await value('5::int4', int8, 20)(db)).toEqual({ x: 5n });
    expect(await value('5::int8', int4, 23)(db)).toEqual({ x: 5 });
    expect(await value('5::int4', numeric, 1700)(db)).toEqual({ x: '5' });
    await expect(value('9007199254740993', int4, 23)(db)).rejects.toThrow(DecodeError);
  });

  it('of a type of the schema are told by their names', async () => {
    const { db, run } = opened;
    await run(`DROP TYPE IF EXISTS pg_temp.mood; CREATE TYPE pg_temp.mood AS ENUM ('ok')`);
    expect(await value("'ok'::pg_temp.mood", text, 0)(db)).toEqual({ x: 'ok' });
    expect(await value("'ok'::pg_temp.mood", text, 25)(db)).toEqual({ x: 'ok' });
    expect(await value("'ok'::text", text, 0)(db)).toEqual({ x: 'ok' });
    await expect(value("'ok'::pg_temp.mood", int4, 23)(db)).rejects.toThrow(StaleQueryError);
  });

  const own = kind === 'a wrapper around pg' ? it.skip : it;

  own('are told by iterate, whose further portions are not described', async () => {
    const { db, run } = opened;
    await run(right);
    await run("INSERT INTO notes (id, title, short_text) VALUES (2, 'a', 'b'), (3, 'a', 'b')");
    const ids: number[] = [];
    for await (const { id } of listNotes.iterate(db, undefined, { batch: 1 })) ids.push(id);
    expect(ids).toEqual([1, 2, 3]);
    await run(reordered);
    await expect(listNotes.iterate(db, undefined).next()).rejects.toThrow(StaleQueryError);
  });

  (kind.includes('transaction') ? it.skip : own)('are told in a transaction', async () => {
    const { db, run } = opened;
    await run(reordered);
    const query = many<void, Note>({ ...definition, name: 'notPreparedYet' });
    await expect(transaction(db, {}, (tx) => query(tx))).rejects.toThrow(StaleQueryError);
  });

  it('are ignored if no rows are read, or the module does not declare them', async () => {
    const { db, run } = opened;
    await run(reordered);
    await exec<void>({ ...definition, name: 'runNotes', columns: [] })(db);
    const columns = [
      ['id', int4],
      ['title', text],
      ['shortText', text],
    ] as const;
    expect(await many<void, Note>({ ...definition, columns })(db)).toEqual([
      { id: 1, title: 'b', shortText: 'a' },
    ]);
  });
});

describe('columns that are others, over pg', () => {
  let client: Client;
  beforeAll(async () => {
    client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
  });
  afterAll(() => client?.end());
  beforeEach(() => client.query(right));

  function described() {
    const { connection } = client as unknown as { connection: { describe(message: object): void } };
    const spy = vi.spyOn(connection, 'describe');
    onTestFinished(() => spy.mockRestore());
    return spy;
  }

  it('are asked for once for each prepared statement', async () => {
    const ask = described();
    const query = many<void, Note>({ ...definition, name: 'once' });
    for (let i = 0; i < 5; i++) expect(await query(client)).toEqual([note]);
    expect(ask).toHaveBeenCalledTimes(1);
    await batch(client, [query.with(), query.with()]);
    expect(ask).toHaveBeenCalledTimes(1);
    await client.query('DEALLOCATE ALL');
    expect(await query(client)).toEqual([note]);
    expect(await query(client)).toEqual([note]);
    // Once unnamed, after the server did not know the name any more, and once under the name.
    expect(ask).toHaveBeenCalledTimes(3);
    await many<void, Note>({ ...definition, name: 'once' })(client);
    expect(ask).toHaveBeenCalledTimes(4);
  });

  it('are asked for each text that grows from a list', async () => {
    const query = many<{ ids: readonly number[] }, Note>({
      ...definition,
      sql: ['SELECT * FROM notes WHERE id IN ', 0],
      params: [{ name: 'ids', list: int4, type: 'int4' }],
    });
    expect(await query(client, { ids: [1] })).toEqual([note]);
    await client.query(reordered);
    await expect(query(client, { ids: [1, 2] })).rejects.toThrow(StaleQueryError);
    await expect(query(client, { ids: [1] })).rejects.toThrow(StaleQueryError);
  });

  it('are told by a cursor of pg-cursor', async () => {
    const db = {
      stream: (sql: string, values: unknown[], config: object) =>
        client.query(new Cursor(sql, values, config as never)) as never,
    };
    const cursor = listNotes.stream(undefined, db);
    expect(await cursor.read(1)).toEqual([note]);
    expect(await cursor.read(1)).toEqual([]);
    await cursor.close();
    await client.query(reordered);
    const stale = listNotes.stream(undefined, db);
    await expect(stale.read(1)).rejects.toThrow(StaleQueryError);
    await stale.close();
  });
});

it('columns that postgres.js gives other names are told by their types', async () => {
  const sql = postgres(postgresUrl(18), { max: 1, onnotice: () => {}, transform: postgres.camel });
  onTestFinished(() => sql.end());
  const db = postgresJs(sql);
  await sql.unsafe(right).simple();
  expect(await listNotes(db)).toEqual([note]);
  expect(await transaction(db, {}, (tx) => listNotes(tx))).toEqual([note]);
  await sql.unsafe(create('title text, id int, short_text text')).simple();
  await expect(listNotes(db)).rejects.toThrow(StaleQueryError);
});
