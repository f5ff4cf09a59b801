import type { Client } from 'pg';
import type { Config, ConnectionConfig } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { type BuiltSchema, buildSchema } from '../migrations/build-schema.ts';
import { prefixesOf } from '../migrations/migration-prefixes.ts';
import { connect } from '../server/connection.ts';
import { dropScratch } from '../server/scratch.ts';
import { sessionState, setsUnknown } from '../server/session.ts';
import { makeScratch } from './make-scratch.ts';

/** A scratch database with the first migrations of a project, of which others are copies. */
export interface PrefixDatabase {
  readonly name: string;
  /** How many migrations it has. */
  readonly count: number;
  readonly built: BuiltSchema;
}

/** Keeps a database with the migrations before the one that is being written, from one opening to the next. */
export interface PrefixDatabases {
  /**
   * The one that these migrations can go on from; it is made where some of them are the same as the last time.
   * @returns null: all of them must run
   * @throws as openScratch, and nothing is left behind
   */
  find(opening: Opening): Promise<PrefixDatabase | null>;
  /** Drops it. */
  close(): Promise<void>;
}

/** What is opened. */
interface Opening {
  readonly config: Config;
  readonly connection: ConnectionConfig | null;
  readonly files: readonly SchemaFile[];
  /** See OpenOptions. */
  readonly filesBefore: readonly SchemaFile[] | undefined;
  readonly signal: AbortSignal | undefined;
  readonly progress: ((stage: string) => void) | undefined;
}

interface Kept {
  readonly files: readonly SchemaFile[];
  /** Null where these leave something in their session that those after them may need. */
  readonly database: PrefixDatabase | null;
  readonly drop: () => Promise<void>;
}

/** Keeps nothing yet; to be closed in the end. */
export function createPrefixDatabases(): PrefixDatabases {
  let kept: Kept | null = null;
  const close = async () => {
    const old = kept;
    kept = null;
    // Where the server cannot be reached, a later run drops it.
    await old?.drop().catch(() => {});
  };
  return {
    close,
    async find(opening) {
      const prefixes = prefixesOf(opening.config, opening.files, opening.filesBefore);
      if (kept !== null && prefixes.some(({ files }) => isSame(files, kept?.files ?? [])))
        return kept.database;
      const wanted = prefixes.find(({ unchanged }) => unchanged);
      if (wanted === undefined) return null;
      await close();
      kept = await make(opening, wanted);
      return kept.database;
    },
  };
}

/** Whether the same migrations are run. */
function isSame(some: readonly SchemaFile[], others: readonly SchemaFile[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ path, text }, i) => path === others[i]?.path && text === others[i].text)
  );
}

async function make(
  { config, connection, signal, progress }: Opening,
  { count, files }: { readonly count: number; readonly files: readonly SchemaFile[] },
): Promise<Kept> {
  if (setsUnknown(files)) return { files, database: null, drop: async () => {} };
  const { name } = await makeScratch(connection, null, signal);
  const drop = () => dropScratch(connection, name);
  let client: Client | null = null;
  try {
    client = await connect(connection, { database: name, signal });
    const before = await sessionState(client);
    const built = await buildSchema(client, config, files, false, { signal, progress });
    const isClean = (await sessionState(client)) === before;
    signal?.throwIfAborted();
    // Only a database without connections can be copied.
    await client.end();
    if (isClean) return { files, database: { name, count, built }, drop };
    await drop();
    return { files, database: null, drop: async () => {} };
  } catch (error) {
    await client?.end().catch(() => {});
    await drop().catch(() => {});
    throw signal?.aborted ? signal.reason : error;
  }
}
