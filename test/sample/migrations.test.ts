import { readdirSync } from 'node:fs';
import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { majors } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';
import { migrate, migrationsDir, openEmpty } from './database.ts';

test.each(tested(['PGlite', ...majors]))('%s migrates up, down to nothing, and up again', async (server) => {
  const { client, close } = await openEmpty(server);
  try {
    const before = await objects(client);
    const names = await migrate(client, 'up');
    expect(names).toHaveLength(readdirSync(migrationsDir).length);
    const migrated = await objects(client);
    expect(migrated).toContain('relation cars_with_cheapest_plan v');
    expect(migrated).toContain('function advance_job(job bigint, result jsonb)');
    expect(await migrate(client, 'down')).toEqual(names.toReversed());
    expect(await objects(client)).toEqual(before);
    await migrate(client, 'up');
    expect(await objects(client)).toEqual(migrated);
  } finally {
    await close();
  }
});

/** Everything in the database that a migration can make, except node-pg-migrate's own table. */
async function objects(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ object: string }>(`
    SELECT object
    FROM (
      SELECT relnamespace AS namespace, format('relation %s %s', relname, relkind) AS object FROM pg_class
      UNION ALL
      SELECT typnamespace, format('type %s %s', typname, typtype) FROM pg_type
      UNION ALL
      SELECT pronamespace, format('function %s(%s)', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc
      UNION ALL
      SELECT connamespace, format('constraint %s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
      UNION ALL
      SELECT relnamespace, format('column %s.%s %s', relname, attname, atttypid::regtype)
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT relnamespace, format('trigger %s.%s', relname, tgname)
      FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
      WHERE NOT tgisinternal
      UNION ALL
      SELECT oid, format('schema %s', nspname) FROM pg_namespace
      UNION ALL
      SELECT extnamespace, format('extension %s', extname) FROM pg_extension
    ) AS objects
    WHERE namespace NOT IN (
        SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'pg_toast', 'information_schema')
      )
      AND object !~ 'pgmigrations'
    ORDER BY object
  `);
  return rows.map((row) => row.object);
}
