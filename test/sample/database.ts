import { fileURLToPath } from 'node:url';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { createPglite } from '../support/pglite.ts';
import { createDatabase, type Major } from '../support/postgres.ts';

export interface SampleDatabase {
  readonly client: Client;
  close(): Promise<void>;
}

export interface ServerDatabase extends SampleDatabase {
  readonly url: string;
}

/** The sample project's migrations. */
export const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url));

/** A database of the sample project, migrated and without rows. */
export async function openSample(server: 'PGlite' | Major): Promise<SampleDatabase> {
  const database = await openEmpty(server);
  await migrate(database.client, 'up');
  return database;
}

/** A database with nothing in it. */
export async function openEmpty(server: 'PGlite' | Major): Promise<SampleDatabase> {
  return server === 'PGlite' ? openEmbedded() : openEmptyOnServer(server);
}

/** A database with nothing in it, that others can connect to. */
export async function openEmptyOnServer(major: Major): Promise<ServerDatabase> {
  const database = await createDatabase(major);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return {
    client,
    url: database.url,
    async close() {
      await client.end();
      await database.drop();
    },
  };
}

/**
 * Applies or takes back all migrations of the sample project.
 * @returns their names
 */
export async function migrate(client: Client, direction: 'up' | 'down'): Promise<string[]> {
  const migrations = await runner({
    dbClient: client,
    dir: migrationsDir,
    direction,
    count: Number.POSITIVE_INFINITY,
    migrationsTable: 'pgmigrations',
    log: () => {},
  });
  return migrations.map((migration) => migration.name);
}

async function openEmbedded(): Promise<SampleDatabase> {
  const pglite = await createPglite();
  const client = new Client(createPgConfig(pglite));
  await client.connect();
  return {
    client,
    async close() {
      await client.end();
      await pglite.close();
    },
  };
}
