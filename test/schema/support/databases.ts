import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/database/open.ts';
import { configOf } from '../../database/open.ts';
import { sharedCache } from '../../support/pglite.ts';
import { createDatabase, type Major } from '../../support/postgres.ts';
import { makeProject } from '../../support/project.ts';

/** A client on a database of the test's own, gone after it. */
export async function clientOn(server: Major | 'PGlite', sql?: string): Promise<Client> {
  const client = await (server === 'PGlite' ? embedded() : native(server));
  if (sql !== undefined) await client.query(sql);
  return client;
}

async function native(major: Major): Promise<Client> {
  const database = await createDatabase(major);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await database.drop();
  });
  return client;
}

async function embedded(): Promise<Client> {
  using project = makeProject({});
  const config = configOf(project, { extensions: ['pgcrypto'] });
  const database = await openDatabase({ ...config, source: { kind: 'none' } }, { env: sharedCache() });
  onTestFinished(() => database.close());
  return database.client;
}
