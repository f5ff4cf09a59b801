import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testDatabase } from 'nodrift/testing';
import { describe, expect, it } from 'vitest';
import { createUser } from '../../queries/users.queries.ts';

const config = fileURLToPath(new URL('../../pgtyped.config.json', import.meta.url));

describe('testDatabase', () => {
  it('gives a migrated database that the generated queries run on, and each its own', async () => {
    const [first, second] = [await testDatabase({ config }), await testDatabase({ config })];
    try {
      await createUser(first.client, { email: 'ann@example.com', name: 'Ann' });
      const count = 'SELECT count(*)::int AS n FROM users';
      expect((await first.client.query(count)).rows).toEqual([{ n: 1 }]);
      expect((await second.client.query(count)).rows).toEqual([{ n: 0 }]);
    } finally {
      await Promise.all([first.close(), second.close()]);
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
