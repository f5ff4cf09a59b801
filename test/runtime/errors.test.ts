import { inspect } from 'node:util';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnyCodec,
  array,
  CanceledError,
  CheckViolationError,
  type Connection,
  ConnectionError,
  ConstraintViolationError,
  DatabaseError,
  DeadlockError,
  DecodeError,
  EncodeError,
  ExclusionViolationError,
  exec,
  ForeignKeyViolationError,
  isCheckViolation,
  isExclusionViolation,
  isForeignKeyViolation,
  isNotNullViolation,
  isUniqueViolation,
  NotNullViolationError,
  one,
  PoolTimeoutError,
  QueryError,
  ReadTimeoutError,
  RetryableError,
  SerializationError,
  text,
  UniqueViolationError,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { restOfTests, tested } from '../support/tested.ts';
import { type Opened, openNative, openNativePostgresJs, openPglite } from './connections.ts';

const file = 'queries/users.sql';
const SECRET = 'hunter2';

function statement<Params = void>(name: string, sql: string, ...params: [string, AnyCodec][]) {
  return exec<Params>({
    name,
    file,
    sql,
    params: params.map(([param, codec]) => ({ name: param, codec })),
    columns: [],
  });
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('did not fail');
    },
    (error: unknown) => error,
  );

const schema = `
  CREATE TABLE users (
    id text PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL CONSTRAINT users_name_length CHECK (length(name) < 10),
    boss text CONSTRAINT users_boss_fkey REFERENCES users,
    office int4range,
    CONSTRAINT users_office_excl EXCLUDE USING gist (office WITH &&)
  );
  CREATE UNIQUE INDEX users_email_key ON users (lower(email), coalesce(boss, 'x'));
  INSERT INTO users VALUES ('1', '${SECRET}', 'first', NULL, '[1,3)');
  CREATE TABLE owners (id text PRIMARY KEY);
  CREATE TABLE desks (owner text CONSTRAINT desks_owner_fkey REFERENCES owners ON DELETE RESTRICT);
  INSERT INTO owners VALUES ('1');
  INSERT INTO desks VALUES ('1');
  CREATE FUNCTION raise(text, text) RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused %', $1 USING ERRCODE = $2; END $$;
  CREATE FUNCTION dynamic(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT ' || $1; END $$;
  CREATE FUNCTION refuse(text) RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused %', $1 USING HINT = 'ask again'; END $$;
`;
const createUser = exec<
  { id: string; email: string; name: string | null; boss: string | null; office: string | null },
  void,
  {
    unique: 'users_pkey' | 'users_email_key';
    foreignKey: 'users_boss_fkey';
    notNull: 'name';
    check: 'users_name_length';
    exclusion: 'users_office_excl';
  }
>({
  name: 'createUser',
  file,
  sql: 'INSERT INTO users (id, email, name, boss, office) VALUES ($1, $2, $3, $4, $5)',
  params: ['id', 'email', 'name', 'boss', 'office'].map((name) => ({ name, codec: text })),
  columns: [],
});
const user = { id: '2', email: 'b', name: 'second', boss: null, office: null };

describe.each([
  ...tested([18, 14]).map((major) => [`Postgres ${major}`, () => openNative(major)] as const),
  ...tested([18]).map(
    (major) => [`Postgres ${major} through postgres.js`, () => openNativePostgresJs(major)] as const,
  ),
  ...tested(['PGlite']).map((server) => [server, openPglite] as const),
] as const)('errors of %s', (_, open) => {
  let opened: Opened;
  let db: Connection;

  beforeAll(async () => {
    opened = await open();
    db = opened.db;
    await opened.run(schema);
  });
  afterAll(() => opened.close());

  it('of a unique key name the constraint, the table and the columns', async () => {
    const error = await failureOf(createUser(db, { ...user, id: '1' }));
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).toBeInstanceOf(ConstraintViolationError);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({
      name: 'UniqueViolationError',
      message:
        'createUser (queries/users.sql): duplicate key value violates unique constraint "users_pkey" (SQLSTATE 23505)',
      query: 'createUser',
      file,
      code: '23505',
      schema: 'public',
      table: 'users',
      constraint: 'users_pkey',
      columns: ['id'],
    });
    expect(isUniqueViolation(error, createUser)).toBe(true);
    expect(isUniqueViolation(error, createUser, 'users_pkey')).toBe(true);
    expect(isUniqueViolation(error, createUser, 'users_email_key')).toBe(false);
    expect(isCheckViolation(error, createUser)).toBe(false);
    expect(isUniqueViolation(error, statement('other', ''))).toBe(false);
    // @ts-expect-error: this query cannot violate it
    expect(isUniqueViolation(error, createUser, 'tasks_pkey')).toBe(false);
  });

  it('of a unique index name its expressions', async () => {
    const error = await failureOf(createUser(db, { ...user, email: SECRET }));
    expect(isUniqueViolation(error, createUser, 'users_email_key')).toBe(true);
    expect(error).toMatchObject({ columns: ['lower(email)', "COALESCE(boss, 'x'::text)"] });
  });

  it('of a foreign key', async () => {
    const error = await failureOf(createUser(db, { ...user, boss: SECRET }));
    expect(error).toBeInstanceOf(ForeignKeyViolationError);
    expect(error).toMatchObject({ constraint: 'users_boss_fkey', table: 'users', columns: ['boss'] });
    expect(isForeignKeyViolation(error, createUser, 'users_boss_fkey')).toBe(true);
    // @ts-expect-error: another kind of constraint
    expect(isForeignKeyViolation(error, createUser, 'users_pkey')).toBe(false);
  });

  // PostgreSQL 18 says 23001 here, the majors before it 23503.
  it('of a foreign key that restricts', async () => {
    const remove = exec<void, void, { foreignKey: 'desks_owner_fkey' }>({
      name: 'remove',
      file,
      sql: "DELETE FROM owners WHERE id = '1'",
      params: [],
      columns: [],
    });
    const error = await failureOf(remove(db));
    expect(error).toBeInstanceOf(ForeignKeyViolationError);
    expect(error).toMatchObject({ constraint: 'desks_owner_fkey', table: 'desks' });
    expect(isForeignKeyViolation(error, remove, 'desks_owner_fkey')).toBe(true);
  });

  it('of NOT NULL', async () => {
    const error = await failureOf(createUser(db, { ...user, name: null }));
    expect(error).toBeInstanceOf(NotNullViolationError);
    expect(error).toMatchObject({ table: 'users', column: 'name', columns: ['name'] });
    expect(isNotNullViolation(error, createUser, 'name')).toBe(true);
    // @ts-expect-error: this column takes NULL
    expect(isNotNullViolation(error, createUser, 'boss')).toBe(false);
  });

  it('of CHECK', async () => {
    const error = await failureOf(createUser(db, { ...user, name: `${SECRET} and more` }));
    expect(error).toBeInstanceOf(CheckViolationError);
    expect(error).toMatchObject({ constraint: 'users_name_length', columns: [] });
    expect(isCheckViolation(error, createUser, 'users_name_length')).toBe(true);
  });

  it('of an exclusion constraint', async () => {
    const error = await failureOf(createUser(db, { ...user, office: '[2,4)' }));
    expect(error).toBeInstanceOf(ExclusionViolationError);
    expect(error).toMatchObject({ constraint: 'users_office_excl', columns: ['office'] });
    expect(isExclusionViolation(error, createUser, 'users_office_excl')).toBe(true);
  });

  it('of other kinds have their SQLSTATE and what is known', async () => {
    const error = await failureOf(statement('missing', 'SELECT 1 FROM nowhere')(db));
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({
      name: 'DatabaseError',
      message: 'missing (queries/users.sql): relation "nowhere" does not exist (SQLSTATE 42P01)',
      code: '42P01',
    });
  });

  it('tell what a function raised only when asked', async () => {
    const refuse = statement<{ why: string }>('refuse', 'SELECT refuse($1)', ['why', text]);
    const error = (await failureOf(refuse(db, { why: SECRET }))) as DatabaseError;
    expect(error).toMatchObject({
      code: 'P0001',
      serverMessage: `refused ${SECRET}`,
      serverHint: 'ask again',
    });
    expect(printed(error)).not.toContain(SECRET);
  });

  it.each(['23505', '40001', '42501', '42P01', '57014', '57P01'])(
    'tell what a function raised as %s only when asked, and are not of the connection',
    async (code) => {
      const raise = statement<{ why: string; code: string }>(
        'raise',
        'SELECT raise($1, $2)',
        ['why', text],
        ['code', text],
      );
      const error = await failureOf(raise(db, { why: SECRET, code }));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ code, serverMessage: `refused ${SECRET}` });
      expect(printed(error)).not.toContain(SECRET);
    },
  );

  it('of an array of other dimensions name the query and the column or parameter, and no value', async () => {
    const query = one<{ tags: string[] }, { tags: string[] }>({
      name: 'getTags',
      file,
      sql: `SELECT ARRAY[$1::text[]] AS tags`,
      params: [{ name: 'tags', codec: array(text) }],
      columns: [['tags', array(text)]],
    });
    const read = await failureOf(query(db, { tags: [SECRET] }));
    expect(read).toBeInstanceOf(DecodeError);
    expect(read).toMatchObject({ query: 'getTags', file, column: 'tags' });
    const written = await failureOf(query(db, { tags: [[SECRET]] as never }));
    expect(written).toBeInstanceOf(EncodeError);
    expect(written).toMatchObject({ query: 'getTags', file, parameter: 'tags' });
    for (const error of [read, written]) {
      expect((error as Error).message).toMatch(/"tags": an array of another number of dimensions/);
      expect(inspect(error)).not.toContain(SECRET);
    }
  });

  it.each([
    ['a duplicate key', () => createUser(db, { ...user, email: SECRET })],
    ['a failing row', () => createUser(db, { ...user, name: `${SECRET} and more` })],
    [
      'a value of the wrong type',
      () => statement<{ n: string }>('cast', 'SELECT $1::int4', ['n', text])(db, { n: SECRET }),
    ],
    ['a cast of a column', () => statement('column', 'SELECT email::int4 FROM users')(db)],
    [
      'invalid JSON',
      () => statement<{ n: string }>('json', 'SELECT $1::jsonb', ['n', text])(db, { n: `{${SECRET}` }),
    ],
    ...[
      '$1::regclass',
      '$1::regtype',
      '$1::regrole',
      '$1::regnamespace',
      `($1 || '()')::regprocedure`,
      `($1 || '.x')::regclass`,
      'nextval($1)',
      'current_setting($1)',
      `pg_get_serial_sequence('users', $1)`,
      `to_tsquery('simple', '&&' || $1)`,
      'dynamic($1)',
      `dynamic('''' || $1)`,
      `dynamic($1 || '()')`,
      `dynamic('* FROM ' || $1)`,
      `dynamic('NULL::' || $1)`,
    ].map((sql): [string, () => Promise<unknown>] => [
      sql,
      () => statement<{ n: string }>('named', `SELECT ${sql}`, ['n', text])(db, { n: SECRET }),
    ]),
  ])('never print a value: %s', async (_name, run) => {
    const error = await failureOf(run());
    expect(error).toBeInstanceOf(DatabaseError);
    expect(printed(error)).not.toContain(SECRET);
    expect((error as DatabaseError).serverDetail ?? (error as DatabaseError).serverMessage).toContain(SECRET);
  });
});

/** Everything that a console or a JSON logger would print. */
function printed(error: unknown): string {
  return inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + (error as Error).stack;
}

describe.skipIf(restOfTests)('errors of concurrent transactions', () => {
  let a: Client;
  let b: Client;
  const run = (db: Client, sql: string) => statement('run', sql)(db);

  beforeAll(async () => {
    a = new Client({ connectionString: postgresUrl(18) });
    b = new Client({ connectionString: postgresUrl(18) });
    await a.connect();
    await b.connect();
    await run(a, 'CREATE TABLE IF NOT EXISTS counters (id int4 PRIMARY KEY, n int4)');
    await run(a, 'INSERT INTO counters VALUES (1, 0), (2, 0) ON CONFLICT DO NOTHING');
  });
  afterAll(async () => {
    await run(a, 'DROP TABLE counters');
    await a.end();
    await b.end();
  });

  it('say that they could not be serialized', async () => {
    await run(a, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    await run(a, 'SELECT * FROM counters');
    await run(b, 'UPDATE counters SET n = n + 1');
    const error = await failureOf(run(a, 'UPDATE counters SET n = n + 1'));
    expect(error).toBeInstanceOf(SerializationError);
    expect(error).toBeInstanceOf(RetryableError);
    await run(a, 'ROLLBACK');
  });

  it('say that they were deadlocked', async () => {
    await run(a, 'BEGIN');
    await run(b, 'BEGIN');
    await run(a, 'SET LOCAL deadlock_timeout = 50');
    await run(a, 'UPDATE counters SET n = 0 WHERE id = 1');
    await run(b, 'UPDATE counters SET n = 0 WHERE id = 2');
    const waiting = run(b, 'UPDATE counters SET n = 0 WHERE id = 1').catch(() => {});
    const error = await failureOf(run(a, 'UPDATE counters SET n = 0 WHERE id = 2'));
    expect(error).toBeInstanceOf(DeadlockError);
    expect(error).toBeInstanceOf(RetryableError);
    await run(a, 'ROLLBACK');
    await waiting;
    await run(b, 'ROLLBACK');
  });
});

describe.skipIf(restOfTests)('errors of a connection', () => {
  it('say that there is no server', async () => {
    const pool = new Pool({ host: '127.0.0.1', port: 1 });
    const error = await failureOf(statement('any', 'SELECT 1')(pool));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ query: 'any', code: 'ECONNREFUSED' });
    expect((error as Error).message).toMatch(/^any \(queries\/users\.sql\): connect ECONNREFUSED/);
    await pool.end();
  });

  it('say that the database or the user is unknown', async () => {
    const url = new URL(postgresUrl(18));
    url.pathname = '/nowhere';
    const pool = new Pool({ connectionString: url.href });
    const error = await failureOf(statement('any', 'SELECT 1')(pool));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: '3D000' });
    await pool.end();
  });

  it('say that the connection broke', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    client.on('error', () => {});
    await client.connect();
    const kill = statement('kill', 'SELECT pg_terminate_backend(pg_backend_pid())');
    const error = await failureOf(kill(client));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: '57P01' });
    expect(await failureOf(kill(client))).toBeInstanceOf(ConnectionError);
    await client.end();
  });

  it('say that no connection came free', async () => {
    const pool = new Pool({ connectionString: postgresUrl(18), max: 1, connectionTimeoutMillis: 50 });
    const client = await pool.connect();
    const error = await failureOf(statement('any', 'SELECT 1')(pool));
    expect(error).toBeInstanceOf(PoolTimeoutError);
    expect(error).toBeInstanceOf(ConnectionError);
    client.release();
    await pool.end();
  });

  it('say that the server closed it, and leave no such connection in the pool', async () => {
    const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
    pool.on('error', () => {});
    // Of this connection alone: the next one has time.
    await pool.query('SET transaction_timeout = 50');
    const error = await failureOf(statement('slow', 'SELECT pg_sleep(5)')(pool));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ query: 'slow', code: '25P04' });
    await statement('next', 'SELECT 1')(pool);
    await pool.end();
  });

  it('say that time ran out, in the server or here', async () => {
    const slow = statement('slow', 'SELECT pg_sleep(5)');
    const server = new Pool({ connectionString: postgresUrl(18), statement_timeout: 50 });
    expect(await failureOf(slow(server))).toBeInstanceOf(CanceledError);
    await server.end();
    const here = new Pool({ connectionString: postgresUrl(18), query_timeout: 50 });
    expect(await failureOf(slow(here))).toBeInstanceOf(ReadTimeoutError);
    expect(here.totalCount).toBe(0);
    await here.end();
  });
});
