import { type Client, DatabaseError } from 'pg';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config, ConnectionConfig } from '../project/config.ts';
import { buildSchema } from './build-schema.ts';
import { connect, describePlace } from './connection.ts';
import { connectionLost } from './connection-failure.ts';
import type { Database } from './database.ts';
import { readSourceFiles } from './migration-files.ts';
import { createScratch, dropScratch, dropStaleScratch } from './scratch.ts';
import { resetSession, serverVersion, setSearchPath } from './session.ts';

/** The oldest major whose tree of a query is read. */
const oldestMajor = 14;

/**
 * Connects to the named database as it stands. The session is read-only, and nothing is created.
 * @throws Failure (3) where there is no way in
 */
export async function openAsIs(config: Config, connection: ConnectionConfig | null): Promise<Database> {
  const client = await connect(connection);
  try {
    await client.query('SET default_transaction_read_only = on');
    await setSearchPath(client, config.searchPath);
    const { major, version } = await supportedVersion(client);
    const description = `PostgreSQL ${version} at ${describePlace(client)}`;
    return { client, description, major, notes: [], close: once(() => client.end()) };
  } catch (error) {
    await client.end();
    throw error instanceof DatabaseError ? connectionLost(error) : error;
  }
}

/**
 * Creates a scratch database beside the named one, with the migrations applied, and hands it out;
 * closing drops it. Scratch databases that a killed run left behind are dropped on the way.
 * @param signal aborts the opening; a scratch database that was made by then is dropped
 * @throws Failure: 1 a failing migration, 2 no migrations, 3 no way in or no right to create databases
 */
export async function openScratch(
  config: Config,
  connection: ConnectionConfig | null,
  disposable: boolean,
  signal?: AbortSignal,
): Promise<Database> {
  const files = readSourceFiles(config);
  const admin = await connect(connection);
  const place = describePlace(admin);
  let name: string;
  try {
    await supportedVersion(admin);
    await dropStaleScratch(admin);
    name = await createScratch(admin, place);
  } finally {
    await admin.end();
  }
  let client: Client | null = null;
  const close = once(async () => {
    await client?.end();
    await dropScratch(connection, name);
  });
  const abort = () => {
    close().catch(() => {});
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    client = await connect(connection, name);
    const notes = await buildSchema(client, config, files, disposable);
    await resetSession(client, config.searchPath);
    const { major, version } = await serverVersion(client);
    signal?.throwIfAborted();
    return { client, description: `PostgreSQL ${version} at ${place}`, major, notes, close };
  } catch (error) {
    await close().catch(() => {});
    // It may have come into being while the abort closed the rest.
    await client?.end();
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function supportedVersion(client: Client): Promise<{ major: number; version: string }> {
  const found = await serverVersion(client);
  if (found.major >= oldestMajor) return found;
  const message = `PostgreSQL ${found.version} at ${describePlace(client)} is too old: nodrift works with ${oldestMajor} and later.`;
  const hint = 'Use a later server, or "database": "embedded" under "nodrift" in the configuration.';
  throw new Failure(2, [diagnostic({ message, hint })]);
}

/** The function, run at its first call only; every call waits for it. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work();
    return running;
  };
}
