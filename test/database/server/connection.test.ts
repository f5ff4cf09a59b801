import { expect, test } from 'vitest';
import { describeConnection } from '../../../src/database/server/connection.ts';
import type { ConnectionConfig } from '../../../src/project/config.ts';

test.each<[ConnectionConfig, string]>([
  [
    { connectionString: 'postgres://alice:s3cr3t@db.example.org:6432/shop' },
    'db.example.org:6432/shop as alice',
  ],
  [
    { connectionString: 'postgresql://alice:s3cr3t@db.example.org/shop?sslmode=disable' },
    'db.example.org:5432/shop as alice',
  ],
  [
    {
      connectionString: 'postgres://alice:s3cr3t@h/shop',
      host: 'other',
      port: 7,
      database: 'd',
      user: 'bob',
    },
    'other:7/d as bob',
  ],
  [{ connectionString: 'postgres://alice:p%40%3As3cr3t@h/shop' }, 'h:5432/shop as alice'],
  [
    { host: '/var/run/postgresql', user: 'u', password: 's3cr3t', database: 'd' },
    '/var/run/postgresql/.s.PGSQL.5432, database d as u',
  ],
  [{ user: 'u', password: 's3cr3t', host: 'h', port: 1 }, 'h:1/u as u'],
])('%j is described without its password', (connection, expected) => {
  expect(describeConnection(connection)).toBe(expected);
});
