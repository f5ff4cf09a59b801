import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DatabaseContext, databaseFixtures, testDatabase } from 'nodrift/testing';
import { transaction } from 'nodrift-runtime';
import { test as base, describe, expect, it } from 'vitest';
import { createUser } from '../../queries/users.queries.ts';

const config = fileURLToPath(new URL('../../pgtyped.config.json', import.meta.url));
const count = 'SELECT count(*)::int AS n FROM users';
const ann = { email: 'ann@example.com', name: 'Ann' };

describe('testDatabase', () => {
  it('gives a migrated database that the generated queries run on, and each its own', async () => {
    const [first, second] = [await testDatabase({ config }), await testDatabase({ config })];
    try {
      await createUser(first.client, ann);
      expect((await first.client.query(count)).rows).toEqual([{ n: 1 }]);
      expect((await second.client.query(count)).rows).toEqual([{ n: 0 }]);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });

  it('undoes what a test did, also in transactions of its own, whether it passes or fails', async () => {
    const database = await testDatabase({ config });
    try {
      const passing = await database.rollback(async (db) => {
        await transaction(db, (tx) => createUser(tx, ann));
        await transaction(db, async (tx) => {
          await createUser(tx, { ...ann, email: 'bob@example.com' });
          throw new Error('undone');
        }).catch(() => {});
        return (await db.query(count)).rows;
      });
      expect(passing).toEqual([{ n: 1 }]);
      const failing = database.rollback(async (db) => {
        await createUser(db, ann);
        throw new Error('wrong');
      });
      await expect(failing).rejects.toThrow('wrong');
      expect((await database.client.query(count)).rows).toEqual([{ n: 0 }]);
    } finally {
      await database[Symbol.asyncDispose]();
    }
  });

  it('refuses a database that is to be used as it is', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nodrift-testing-'));
    try {
      const path = join(dir, 'pgtyped.config.json');
      writeFileSync(path, JSON.stringify({ srcDir: '.', transforms: [{ mode: 'sql', include: '*.sql' }] }));
      await expect(testDatabase({ config: path })).rejects.toMatchObject({
        exitCode: 2,
        message: 'Tests need a database of their own, but the configuration names one to be used as it is',
      });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

const test = base.extend<DatabaseContext>(databaseFixtures({ config }));

describe('the fixtures for vitest', () => {
  const clients = new Set<unknown>();
  for (const time of ['once', 'again']) {
    test(`are a database for the file and a transaction for the test: ${time}`, async ({ database, db }) => {
      expect(clients.add(database.client).size).toBe(1);
      expect((await db.query(count)).rows).toEqual([{ n: 0 }]);
      await createUser(db, ann);
    });
  }
});
