import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statementPrivileges } from '../../src/analysis/privileges.ts';
import { readStatements } from '../../src/sql/read.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';

const schema = `
CREATE SCHEMA app; CREATE SCHEMA hidden;
CREATE TABLE app.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number serial, email text, name text);
CREATE TABLE app.posts (id int PRIMARY KEY, body text, user_id bigint);
CREATE TABLE hidden.t (id int);
CREATE VIEW app.names AS SELECT id, name FROM app.users;
CREATE FUNCTION app.secret(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION app.secret FROM PUBLIC;
CREATE OPERATOR app.%% (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
CREATE FUNCTION app.mine(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
REVOKE EXECUTE ON FUNCTION app.mine FROM PUBLIC;
CREATE OPERATOR app.%%% (LEFTARG = int, RIGHTARG = int, FUNCTION = app.mine);
CREATE AGGREGATE app.total(int) (sfunc = int4pl, stype = int);
REVOKE EXECUTE ON FUNCTION app.total FROM PUBLIC;
`;

/** What the role is granted, a statement, and what it lacks for that. */
const cases: readonly (readonly [grants: string, sql: string, missing: readonly string[]])[] = [
  ['', 'SELECT id FROM app.posts', ['SELECT ON app.posts']],
  ['SELECT ON app.posts', 'SELECT id FROM app.posts', []],
  ['SELECT (id) ON app.posts', 'SELECT id FROM app.posts', []],
  ['SELECT (id) ON app.posts', 'SELECT * FROM app.posts', ['SELECT (body, user_id) ON app.posts']],
  ['SELECT (id) ON app.posts', 'SELECT p FROM app.posts p', ['SELECT (body, user_id) ON app.posts']],
  ['SELECT (id) ON app.posts', 'SELECT count(*) FROM app.posts', []],
  ['SELECT (id) ON app.posts', "SELECT id FROM app.posts WHERE body = 'x'", ['SELECT (body) ON app.posts']],
  ['SELECT (id) ON app.posts', 'SELECT id FROM app.posts ORDER BY body', ['SELECT (body) ON app.posts']],
  ['SELECT ON app.posts', 'SELECT id FROM app.posts FOR UPDATE', ['UPDATE ON app.posts']],
  ['SELECT ON app.posts', 'SELECT (SELECT max(id) FROM app.users) FROM app.posts', ['SELECT ON app.users']],
  [
    'SELECT ON app.posts',
    'WITH u AS (SELECT id FROM app.users) SELECT p.id FROM app.posts p, u',
    ['SELECT ON app.users'],
  ],
  [
    'SELECT ON app.posts',
    'SELECT p.id FROM app.posts p TABLESAMPLE system (10), app.users',
    ['SELECT ON app.users'],
  ],
  ['INSERT (id, body) ON app.posts', "INSERT INTO app.posts (id, body) VALUES (1, 'x')", []],
  [
    'INSERT (id, body) ON app.posts',
    'INSERT INTO app.posts (id, user_id) VALUES (1, 2)',
    ['INSERT (user_id) ON app.posts'],
  ],
  ['INSERT ON app.posts', 'INSERT INTO app.posts (id) VALUES (1) RETURNING body', ['SELECT ON app.posts']],
  [
    'INSERT ON app.posts',
    "INSERT INTO app.posts (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET body = 'x'",
    ['SELECT ON app.posts', 'UPDATE ON app.posts'],
  ],
  ['UPDATE (body), SELECT ON app.posts', "UPDATE app.posts SET body = 'x' WHERE id = 1", []],
  [
    'UPDATE (body), SELECT ON app.posts',
    'UPDATE app.posts SET user_id = 1',
    ['UPDATE (user_id) ON app.posts'],
  ],
  ['SELECT ON app.posts', 'DELETE FROM app.posts WHERE id = 1', ['DELETE ON app.posts']],
  ['DELETE ON app.posts', 'DELETE FROM app.posts', []],
  // The view's owner may read the table.
  ['SELECT ON app.names', 'SELECT name FROM app.names', []],
  ['', 'SELECT name FROM app.names', ['SELECT ON app.names']],
  // The default of the serial column is evaluated as who inserts; the identity is not.
  [
    'INSERT ON app.users',
    "INSERT INTO app.users (email) VALUES ('x')",
    ['USAGE ON SEQUENCE app.users_number_seq'],
  ],
  ['INSERT ON app.users', "INSERT INTO app.users (number, email) VALUES (1, 'x')", []],
  [
    'SELECT ON app.posts',
    'SELECT app.secret(id) FROM app.posts',
    ['EXECUTE ON FUNCTION app.secret(integer)'],
  ],
  ['SELECT ON app.posts', 'SELECT app.total(id) FROM app.posts', ['EXECUTE ON FUNCTION app.total(integer)']],
  ['SELECT ON app.posts', 'SELECT id OPERATOR(app.%%) 1 FROM app.posts', []],
  [
    'SELECT ON app.posts',
    'SELECT id OPERATOR(app.%%%) 1 FROM app.posts',
    ['EXECUTE ON FUNCTION app.mine(integer, integer)'],
  ],
  ['SELECT ON hidden.t', 'SELECT id FROM hidden.t', ['USAGE ON SCHEMA hidden']],
];

describe.each(tested([14, 15, 16, 17, 18]))('on PostgreSQL %i', (major) => {
  const role = 'nodrift_privileges';
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createDatabase(major, schema);
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA app TO ${role}`);
  });
  afterAll(async () => {
    await client?.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await client?.end();
    await database?.drop();
  });

  /** Postgres's own word: it executes the statement as the role. */
  async function refused(sql: string): Promise<boolean> {
    await client.query(`SAVEPOINT asked; SET LOCAL ROLE ${role}`);
    try {
      await client.query(sql);
      return false;
    } catch (error) {
      return Object(error).code === '42501';
    } finally {
      await client.query('ROLLBACK TO SAVEPOINT asked');
    }
  }

  async function missing(sql: string): Promise<readonly string[]> {
    const { statements } = readStatements('q.sql', `-- @name Query\n${sql};\n`);
    const {
      forbidden: [forbidden],
    } = await statementPrivileges(client, statements, role);
    return (forbidden?.missing ?? []).map(({ privilege, object }) => `${privilege} ON ${object}`);
  }

  test.each(cases)('with %s: %s', async (grants, sql, expected) => {
    if (grants !== '') await client.query(`GRANT ${grants} TO ${role}`);
    try {
      expect(await missing(sql)).toEqual(expected);
      await client.query('BEGIN');
      expect(await refused(sql)).toBe(expected.length > 0);
    } finally {
      await client.query('ROLLBACK');
      if (grants !== '') await client.query(`REVOKE ${grants} FROM ${role}`);
    }
  });

  test.runIf(major >= 15)('a view with security_invoker needs what is below it', async () => {
    await client.query(
      `CREATE VIEW app.own WITH (security_invoker) AS SELECT id, body FROM app.posts; GRANT SELECT ON app.own TO ${role}`,
    );
    expect(await missing('SELECT id FROM app.own')).toEqual(['SELECT ON app.posts']);
    await client.query(`GRANT SELECT (id, body) ON app.posts TO ${role}`);
    expect(await missing('SELECT id FROM app.own')).toEqual([]);
    await client.query(`DROP VIEW app.own; REVOKE SELECT (id, body) ON app.posts FROM ${role}`);
  });

  test('a superuser lacks nothing, and a statement that is none is omitted', async () => {
    const { statements } = readStatements(
      'q.sql',
      '-- @name One\nSELECT id FROM hidden.t;\n-- @name Two\nSELECT nothing;\n',
    );
    expect(await statementPrivileges(client, statements, null)).toEqual({ forbidden: [], diagnostics: [] });
  });
});
