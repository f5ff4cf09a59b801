import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { Client } from 'pg';
import { Failure } from '../../diagnostic.ts';
import type { Config } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import type { Database } from '../database.ts';
import { cacheKey, openDataCache } from '../embedded/data-cache.ts';
import { createEmpty, loadCached, type Made, storeCached } from '../embedded/embedded-data.ts';
import {
  extensionAdvice,
  loadExtensions,
  neededExtensions,
  versionOf,
} from '../embedded/pglite-extensions.ts';
import { pgliteStream } from '../embedded/pglite-stream.ts';
import { type BuiltSchema, buildSchema } from '../migrations/build-schema.ts';
import { prefixesOf } from '../migrations/migration-prefixes.ts';
import { abandonable } from '../server/abandonable.ts';
import { endOnAbort } from '../server/connection.ts';
import { resetSession, serverVersion, sessionState, setsUnknown } from '../server/session.ts';

/** Part of every key of the cache: raise it when other things are made from the same files. */
const generation = '2';

export interface EmbeddedOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Aborts the opening; later it ends the connection. */
  readonly signal?: AbortSignal;
  readonly progress?: (stage: string) => void;
  /** See OpenOptions. */
  readonly filesBefore?: readonly SchemaFile[];
}

/**
 * Opens PGlite in this process, in memory, with the migrations applied. What was made is kept in the
 * user's cache: the next run on the same migrations only loads it, and one on further migrations goes on from it.
 * @param files its migrations or schema files, as readSchemaFiles returns them
 * @throws Failure: 1 a failing migration, 2 no migrations, or an extension that there is not
 */
export async function openEmbedded(
  config: Config,
  files: readonly SchemaFile[],
  options: EmbeddedOptions,
): Promise<Database> {
  try {
    return await open(config, files, options, true);
  } catch (error) {
    // Such as "currval of sequence is not yet defined in this session", which it is where all runs in one.
    const ofSession =
      error instanceof Failure && error.diagnostics.some(({ sqlstate }) => sqlstate === '55000');
    if (!ofSession) throw error;
    return open(config, files, options, false);
  }
}

async function open(
  config: Config,
  files: readonly SchemaFile[],
  { env, signal, progress, filesBefore }: EmbeddedOptions,
  continues: boolean,
): Promise<Database> {
  const names = neededExtensions(config.extensions, files);
  const [loaded, cache] = await Promise.all([
    loadExtensions(names, config.extensions, config.root),
    openDataCache(env),
  ]);
  const extensions = Object.fromEntries(loaded.map(({ name, extension }) => [name, extension]));
  // The package exports its code but not its package.json.
  const version = versionOf(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
  // Extensions are files beside the data: the empty database is the same with all of them.
  const emptyKey = cacheKey([generation, version]);
  const startKey = cacheKey([emptyKey, ...loaded.flatMap((e) => [e.name, e.version ?? ''])]);
  const keyOf = (some: readonly SchemaFile[]) => keyOfMigrated(config, startKey, some);
  const migratedKey = keyOf(files);
  const background: Promise<void>[] = [];
  const store = async (key: string, made: Made) => {
    if (cache) background.push((await storeCached(cache, key, made))());
  };

  const start = async () => {
    const cached = cache && migratedKey ? await loadCached(cache, migratedKey, extensions) : null;
    signal?.throwIfAborted();
    const prefixes = cached === null && migratedKey ? prefixesOf(config, files, filesBefore) : [];
    for (const { count, files: some } of continues && cache ? prefixes : []) {
      const key = keyOf(some);
      const found = cache && key && (await loadCached(cache, key, extensions, true));
      signal?.throwIfAborted();
      if (found) return { cached, prefixes, count, begun: found, pglite: found.pglite };
    }
    const begun = cached ?? (cache ? await loadCached(cache, emptyKey, extensions) : null);
    signal?.throwIfAborted();
    return { cached, prefixes, count: 0, begun, pglite: begun?.pglite ?? (await createEmpty(extensions)) };
  };
  const { cached, prefixes, count, begun, pglite } = await abandonable(signal, start(), (made) =>
    made.pglite.close(),
  );
  const client = new Client({ stream: () => pgliteStream(pglite), user: 'postgres', database: 'postgres' });
  client.on('error', () => {});
  endOnAbort(client, signal);
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= client
      .end()
      .then(() => pglite.close())
      .then(() => Promise.all(background))
      .then(() => {});
    return closing;
  };
  try {
    if (!begun) await store(emptyKey, { pglite, notes: [] });
    signal?.throwIfAborted();
    await client.connect();
    const sessionBefore = cached ? '' : await sessionState(client);
    const keep = async (
      key: string | null,
      some: readonly SchemaFile[],
      { notes, omissions }: BuiltSchema,
    ) => {
      if (key === null) return;
      const isClean = !setsUnknown(some) && (await sessionState(client)) === sessionBefore;
      await store(key, { pglite, notes, ...(isClean && { omissions }) });
    };
    const unchanged = prefixes.find((one) => one.unchanged);
    const build = async (): Promise<readonly string[]> => {
      const built = await buildSchema(client, config, files, true, {
        signal,
        progress,
        start: { count, omissions: begun?.omissions ?? [] },
        before: async (done, so) => {
          if (cache && unchanged?.count === done && done > count) {
            await keep(keyOf(unchanged.files), unchanged.files, so);
          }
        },
      });
      signal?.throwIfAborted();
      await keep(migratedKey, files, built);
      return built.notes;
    };
    const notes = cached ? cached.notes : await build();
    await resetSession(client, config.searchPath);
    const { major, version: postgres } = await serverVersion(client);
    return { client, description: `PGlite ${version} (PostgreSQL ${postgres})`, major, notes, close };
  } catch (error) {
    await close();
    throw signal?.aborted ? signal.reason : withExtensionAdvice(error);
  }
}

/** Null where the same files may make something else: migrations that are programs. */
function keyOfMigrated(config: Config, startKey: string, files: readonly SchemaFile[]): string | null {
  const { source } = config;
  if (files.length === 0 || !files.every(({ path }) => path.endsWith('.sql'))) return null;
  const format = source.kind === 'migrations' ? source.format : source.kind;
  return cacheKey([startKey, format, ...files.flatMap(({ path, text }) => [basename(path), text])]);
}

function withExtensionAdvice(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  const diagnostics = error.diagnostics.map((found) => {
    // src/backend/commands/extension.c
    const name = /extension "([^"]+)" is not available|extension control file ".*\/([^"/]+)\.control"/.exec(
      found.message,
    );
    return name ? { ...found, hint: extensionAdvice(name[1] ?? name[2] ?? '') } : found;
  });
  return new Failure(error.exitCode, diagnostics);
}
