import { expect, test } from 'vitest';
import { membershipStatement } from '../../../src/database/migrations/cluster-memberships.ts';

test.each([
  ['GRANT a, "B c" TO x, y WITH ADMIN OPTION', ['a', 'B c'], ['x', 'y'], true],
  ['GRANT a TO x WITH INHERIT FALSE', ['a'], ['x'], false],
  ['GRANT a TO x WITH INHERIT TRUE', ['a'], ['x'], true],
  ['REVOKE a FROM x CASCADE', ['a'], ['x'], false],
  ['REVOKE INHERIT OPTION FOR a FROM GROUP x', ['a'], ['x'], false],
  ['ALTER GROUP a ADD USER x, y', ['a'], ['x', 'y'], true],
  ['ALTER GROUP a DROP USER x', ['a'], ['x'], false],
  ['CREATE ROLE x LOGIN IN ROLE a, b', ['a', 'b'], ['x'], true],
  ['create user x in group a', ['a'], ['x'], true],
  ['DROP ROLE IF EXISTS a, b', ['a', 'b'], null, false],
  ['DROP USER a', ['a'], null, false],
])('%s', (sql, roles, members, isGiven) => {
  expect(membershipStatement(sql)).toEqual({ roles, members, isGiven });
});

test.each([
  'GRANT SELECT ON t TO x',
  'REVOKE ALL ON SCHEMA s FROM x',
  'REVOKE ADMIN OPTION FOR a FROM x',
  'ALTER GROUP a RENAME TO b',
  'ALTER ROLE a SET search_path = b',
  'CREATE ROLE x',
  'CREATE USER MAPPING FOR x SERVER s',
  'DROP USER MAPPING FOR x SERVER s',
  'DROP TABLE t',
  '',
])('%s changes no membership', (sql) => {
  expect(membershipStatement(sql)).toBeNull();
});
