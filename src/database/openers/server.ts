import type { Client } from 'pg';
import { Failure } from '../../diagnostic.ts';
import type { Config, ConnectionConfig } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import type { Database } from '../database.ts';
import { lazy } from '../lazy.ts';
import { buildSchema } from '../migrations/build-schema.ts';
import { connect } from '../server/connection.ts';
import { dropScratch } from '../server/scratch.ts';
import { resetSession, serverVersion } from '../server/session.ts';
import { makeScratch } from './make-scratch.ts';
import type { PrefixDatabase, PrefixDatabases } from './prefix-database.ts';

export interface ScratchOptions {
  /** Aborts the opening, and a scratch database that was made by then is dropped; later it ends the connection. */
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((stage: string) => void) | undefined;
  /** See OpenOptions. */
  readonly filesBefore?: readonly SchemaFile[] | undefined;
  /** Where what the first migrations made is kept; default: all of them are run. */
  readonly prefixes?: PrefixDatabases | undefined;
}

/**
 * Creates a scratch database beside the named one, with the migrations applied, and hands it out;
 * closing drops it. Scratch databases that a killed run left behind are dropped on the way.
 * @param files its migrations or schema files, as readSchemaFiles returns them
 * @throws Failure: 1 a failing migration, 2 no migrations, 3 no way in or no right to create databases
 */
export async function openScratch(
  config: Config,
  files: readonly SchemaFile[],
  connection: ConnectionConfig | null,
  disposable: boolean,
  options: ScratchOptions = {},
): Promise<Database> {
  const { prefixes, filesBefore, signal, progress } = options;
  const opening = { config, connection, files, filesBefore, signal, progress };
  const prefix = (await prefixes?.find(opening)) ?? null;
  const open = (from: PrefixDatabase | null) =>
    openCopy(config, files, connection, disposable, { ...options, from });
  try {
    return await open(prefix);
  } catch (error) {
    // Such as "currval of sequence is not yet defined in this session", which it is where all runs in one.
    const ofSession =
      error instanceof Failure && error.diagnostics.some(({ sqlstate }) => sqlstate === '55000');
    if (prefix === null || !ofSession) throw error;
    return open(null);
  }
}

async function openCopy(
  config: Config,
  files: readonly SchemaFile[],
  connection: ConnectionConfig | null,
  disposable: boolean,
  { signal, progress, prefixes, from }: ScratchOptions & { readonly from: PrefixDatabase | null },
): Promise<Database> {
  const { name, server, isCopy } = await makeScratch(connection, from?.name ?? null, signal);
  let client: Client | null = null;
  const close = lazy(async () => {
    await client?.end().catch(() => {});
    await dropScratch(connection, name);
  });
  try {
    // It is gone, or cannot be copied: the next time it is made again.
    if (from !== null && !isCopy) await prefixes?.close();
    client = await connect(connection, { database: name, signal });
    const start = isCopy && from !== null ? { count: from.count, omissions: from.built.omissions } : null;
    const { notes } = await buildSchema(client, config, files, disposable, {
      ...{ signal, progress },
      ...(start && { start }),
    });
    await resetSession(client, config.searchPath);
    const { major, version } = await serverVersion(client);
    signal?.throwIfAborted();
    return { client, description: `PostgreSQL ${version} at ${server}`, major, notes, close };
  } catch (error) {
    await close().catch(() => {});
    throw signal?.aborted ? signal.reason : error;
  }
}
