import { describe, expect, test } from 'vitest';
import { withoutClusterStatements } from '../../../src/database/migrations/cluster-statements.ts';

const roles = new Set(['postgres', 'app', 'My Role']);
const local = (sql: string, disposable: boolean) => withoutClusterStatements(sql, { roles, disposable });

describe('statements that name a role are omitted where there is no such role', () => {
  test.each([
    'ALTER TABLE public.t OWNER TO nobody',
    'ALTER TABLE ONLY t OWNER TO "No Body"',
    'GRANT SELECT, INSERT ON t TO app, nobody',
    'GRANT ALL ON FUNCTION f(int, text) TO nobody WITH GRANT OPTION',
    'REVOKE ALL ON SCHEMA public FROM nobody',
    'REVOKE GRANT OPTION FOR SELECT ON t FROM GROUP nobody CASCADE',
    'ALTER DEFAULT PRIVILEGES FOR ROLE nobody IN SCHEMA public GRANT SELECT ON TABLES TO app',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO nobody',
    'CREATE POLICY p ON t FOR SELECT TO nobody USING (true)',
    'ALTER POLICY p ON t TO app, nobody',
    'SET ROLE nobody',
    "SET SESSION AUTHORIZATION 'nobody'; SET SESSION AUTHORIZATION nobody",
    'REASSIGN OWNED BY app TO nobody',
    'DROP OWNED BY nobody',
    'CREATE USER MAPPING FOR nobody SERVER s',
    'COMMENT ON ROLE nobody IS $$x$$',
    'GRANT app TO nobody',
  ])('%s', (sql) => {
    const found = local(sql, true);
    expect(found.sql.length).toBe(sql.length);
    expect(found.reasons).toHaveLength(1);
    expect(found.reasons[0]).toMatch(/^The role "(nobody|No Body)" does not exist here: /);
    expect(local(`${sql.replace(/nobody|"No Body"/g, 'app')}`, true).reasons).toEqual([]);
  });
});

describe('all others stay', () => {
  test.each([
    'ALTER TABLE t OWNER TO app',
    'ALTER TABLE t OWNER TO APP',
    'ALTER TABLE t OWNER TO "My Role"',
    'ALTER TABLE t OWNER TO CURRENT_USER',
    'GRANT SELECT ON t TO PUBLIC',
    'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    'CREATE POLICY p ON t USING (owner = current_user)',
    'CREATE POLICY p ON t TO app USING (a IN (SELECT nobody FROM u))',
    'ALTER POLICY p ON t RENAME TO nobody',
    'SET ROLE NONE',
    'SET search_path TO nobody',
    'RESET ROLE',
    'CREATE SCHEMA s AUTHORIZATION app',
    'CREATE TABLE owner (a int)',
    'CREATE TABLE "role" (database text)',
    'COMMENT ON TABLE t IS $$GRANT SELECT ON t TO nobody;$$',
    "SELECT 'ALTER DATABASE x SET y'",
    'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN GRANT a TO nobody; END $$',
  ])('%s', (sql) => {
    for (const disposable of [true, false])
      expect(local(sql, disposable)).toMatchObject({ sql, reasons: [] });
  });
});

test('a schema stays, but not its owner', () => {
  expect(local('CREATE SCHEMA s AUTHORIZATION nobody; SELECT 1', true).sql).toBe(
    'CREATE SCHEMA s                     ; SELECT 1',
  );
  expect(local('CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION nobody', true).sql.trim()).toBe(
    'CREATE SCHEMA IF NOT EXISTS s',
  );
  expect(local('CREATE SCHEMA AUTHORIZATION nobody', true).sql).toBe('CREATE SCHEMA               nobody');
});

test('what is omitted leaves its lines', () => {
  expect(local('SELECT 1;\nGRANT SELECT\n  ON t\n  TO nobody;\nSELECT 2', true).sql).toMatch(
    /^SELECT 1;\n +\n +\n +;\nSELECT 2$/,
  );
});

describe('what concerns the whole server', () => {
  test.each([
    ['ALTER SYSTEM SET x = 1', 'ALTER SYSTEM'],
    ['CREATE DATABASE d', 'CREATE DATABASE'],
    ['ALTER DATABASE d SET search_path = x', 'ALTER DATABASE'],
    ['GRANT CONNECT ON DATABASE d TO app', 'GRANT ON DATABASE'],
    ['COMMENT ON DATABASE d IS $$x$$', 'COMMENT ON DATABASE'],
    ["CREATE TABLESPACE t LOCATION '/x'", 'CREATE TABLESPACE'],
  ])('is omitted everywhere: %s', (sql, what) => {
    for (const disposable of [true, false]) {
      expect(local(sql, disposable)).toMatchObject({
        sql: ' '.repeat(sql.length),
        reasons: [`${what} is skipped: it concerns the whole server.`],
      });
    }
  });

  test.each([
    ['CREATE ROLE r NOLOGIN', 'CREATE ROLE'],
    ['CREATE USER u', 'CREATE USER'],
    ['ALTER ROLE app SET x = 1', 'ALTER ROLE'],
    ['DROP ROLE app', 'DROP ROLE'],
    ['GRANT app TO postgres', 'GRANT of a role'],
    ['COMMENT ON ROLE app IS NULL', 'COMMENT ON ROLE'],
  ])('is omitted where the server is not ours: %s', (sql, what) => {
    expect(local(sql, true)).toMatchObject({ sql, reasons: [] });
    expect(local(sql, false).reasons).toEqual([`${what} is skipped: it concerns the whole server.`]);
  });
});

test('a role that the script creates is there from then on, also for the next script', () => {
  const sql = 'CREATE ROLE fresh; GRANT SELECT ON t TO fresh;';
  const here = local(sql, true);
  expect(here).toMatchObject({ sql, reasons: [] });
  expect(
    withoutClusterStatements('GRANT SELECT ON t TO fresh', { roles: here.roles, disposable: true }).reasons,
  ).toEqual([]);
  expect(local(sql, false).reasons).toHaveLength(2);
});
