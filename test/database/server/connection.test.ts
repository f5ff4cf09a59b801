import { Client } from 'pg';
import { expect, test } from 'vitest';
import { clientConfig, connect, describeServer } from '../../../src/database/server/connection.ts';
import { connectionFailure } from '../../../src/database/server/connection-failure.ts';
import type { ConnectionConfig } from '../../../src/project/config.ts';
import { parseUrl } from '../../../src/project/read-connection.ts';
import { failureOf } from '../../support/failure.ts';

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
  const client = new Client(clientConfig(connection));
  expect(`${describeServer(client)} as ${client.user}`).toBe(expected);
});

test.each([
  ['nothing listens', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['it answers', new Error('client password must be a string')],
])('a default is named as one, and how to name another (%s)', (_, error) => {
  const attempt = { server: 'localhost:5432/dev', isDefault: true, instead: 'do without' };
  expect(connectionFailure(error, attempt).diagnostics[0]).toMatchObject({
    message: expect.stringContaining('localhost:5432/dev, the default'),
    hint: 'Nothing names a server: set DATABASE_URL, in the environment or a file .env, such as postgres://user:password@localhost:5432/database, or do without.',
  });
});

test.each([
  ['prefer', {}],
  ['require', {}],
  ['verify-ca', {}],
  ['verify-full', {}],
  ['no-verify', { rejectUnauthorized: false }],
  ['disable', false],
  ['require&uselibpqcompat=true', { rejectUnauthorized: false }],
])('sslmode=%s is what pg 8 makes of it, without a warning', async (mode, ssl) => {
  const warnings: unknown[] = [];
  const { emitWarning } = process;
  process.emitWarning = (...said: unknown[]) => void warnings.push(said);
  try {
    const connectionString = `postgres://u@127.0.0.1:1/d?sslmode=${mode}`;
    expect(parseUrl(connectionString)).toMatchObject({ ssl });
    await failureOf(() => connect({ connectionString }));
  } finally {
    process.emitWarning = emitWarning;
  }
  expect(warnings).toEqual([]);
});
