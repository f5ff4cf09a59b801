import type { Client } from 'pg';
import type { Config, ConnectionConfig } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import type { Database } from '../database.ts';
import { lazy } from '../lazy.ts';
import { buildSchema } from '../migrations/build-schema.ts';
import { connect, describeServer } from '../server/connection.ts';
import { embeddedInstead } from '../server/connection-failure.ts';
import { createScratch, dropScratch, dropStaleScratch } from '../server/scratch.ts';
import { resetSession, serverVersion } from '../server/session.ts';
import { supportedVersion } from '../server/supported-version.ts';

/**
 * Creates a scratch database beside the named one, with the migrations applied, and hands it out;
 * closing drops it. Scratch databases that a killed run left behind are dropped on the way.
 * @param files its migrations or schema files, as readSchemaFiles returns them
 * @param signal aborts the opening, and a scratch database that was made by then is dropped; later it ends the connection
 * @throws Failure: 1 a failing migration, 2 no migrations, 3 no way in or no right to create databases
 */
export async function openScratch(
  config: Config,
  files: readonly SchemaFile[],
  connection: ConnectionConfig | null,
  disposable: boolean,
  signal?: AbortSignal,
): Promise<Database> {
  const admin = await connect(connection, { instead: embeddedInstead, signal });
  const server = describeServer(admin);
  let name: string;
  try {
    await supportedVersion(admin);
    await dropStaleScratch(admin);
    name = await createScratch(admin, connection, server);
  } finally {
    // However it ends, the database that was made is known by its name.
    await admin.end().catch(() => {});
  }
  let client: Client | null = null;
  const close = lazy(async () => {
    await client?.end().catch(() => {});
    await dropScratch(connection, name);
  });
  try {
    client = await connect(connection, { database: name, signal });
    const { notes } = await buildSchema(client, config, files, disposable, { signal });
    await resetSession(client, config.searchPath);
    const { major, version } = await serverVersion(client);
    signal?.throwIfAborted();
    return { client, description: `PostgreSQL ${version} at ${server}`, major, notes, close };
  } catch (error) {
    await close().catch(() => {});
    throw signal?.aborted ? signal.reason : error;
  }
}
