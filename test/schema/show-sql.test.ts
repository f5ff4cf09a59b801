import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diffSchemas, type SchemaChange } from '../../src/schema/diff.ts';
import { loadSchema } from '../../src/schema/load.ts';
import type { Schema } from '../../src/schema/schema-object.ts';
import { showSql } from '../../src/schema/show-sql.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { restOfTests, tested } from '../support/tested.ts';
import { changes, schema } from './support/schema-changes.ts';

const options = { roles: ['public'] };

/** `npm test` makes every sixth change, and `npm run test:all` all of them. */
const made = restOfTests ? changes : changes.filter((_, i) => i % 6 === 0);

describe.each(restOfTests ? ([14, 18] as const) : tested([18]))(
  'a PostgreSQL %i that had this behind the back of its migrations:',
  (major) => {
    let database: TestDatabase;
    let client: Client;
    let migrated: Schema;
    beforeAll(async () => {
      database = await createDatabase(major, schema);
      client = new Client({ connectionString: database.url });
      await client.connect();
      migrated = await loadSchema(client, options);
    });
    afterAll(async () => {
      await client?.end();
      await database?.drop();
    });

    async function found(sql: string): Promise<readonly SchemaChange[]> {
      await client.query('BEGIN');
      try {
        await client.query(sql);
        const differences = diffSchemas(migrated, await loadSchema(client, options));
        for (const difference of differences) {
          const { rowCount } = await client.query(showSql(difference));
          expect(rowCount, showSql(difference)).toBeGreaterThanOrEqual(
            difference.change === 'missing' ? 0 : 1,
          );
        }
        return differences;
      } finally {
        await client.query('ROLLBACK');
      }
    }

    test('nothing', async () => {
      expect(await found('SELECT 1')).toEqual([]);
    });

    test.each(made)('$name', async ({ sql, verify }) => {
      const lines = (await found(sql)).map(({ change, kind, name }) => `${change} ${kind} ${name}`);
      expect(lines).toEqual(verify);
    });
  },
);
