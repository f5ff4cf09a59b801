import { expect, test } from 'vitest';
import { settingStatement } from '../../../src/database/server/cluster-settings.ts';

test.each([
  ['ALTER DATABASE shop SET search_path TO app, public', 'the database', 'search_path', 'app, public'],
  ['alter database "my shop" set app.tenant = \'a b\'', 'the database', 'app.tenant', "'a b'"],
  [
    'ALTER ROLE app SET default_transaction_read_only = on',
    'role app',
    'default_transaction_read_only',
    'on',
  ],
  [
    'ALTER USER "My App" IN DATABASE shop SET TimeZone TO DEFAULT',
    'role My App in the database',
    'TimeZone',
    null,
  ],
  ['ALTER ROLE ALL SET DateStyle = ISO', 'all roles', 'DateStyle', 'ISO'],
  ['ALTER DATABASE shop RESET ALL', 'the database', null, null],
  ['ALTER ROLE app RESET search_path', 'role app', 'search_path', null],
  ["ALTER SYSTEM SET statement_timeout = '5s'", 'the server', 'statement_timeout', "'5s'"],
])('%s', (sql, of, name, value) => {
  expect(settingStatement(sql)).toEqual({ of, name, value });
});

test.each([
  'ALTER DATABASE shop SET TABLESPACE fast',
  'ALTER ROLE app LOGIN',
  'CREATE ROLE app',
  'ALTER DATABASE a OWNER TO b',
])('%s sets nothing', (sql) => {
  expect(settingStatement(sql)).toBeNull();
});
