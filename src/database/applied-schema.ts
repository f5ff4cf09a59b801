import { type Client, escapeIdentifier } from 'pg';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { readSchemaFiles, type SchemaFile } from '../project/schema-files.ts';
import type { Database } from './database.ts';
import { neededExtensions } from './embedded/pglite-extensions.ts';
import { unitsOf } from './migrations/migration-units.ts';
import { type OpenOptions, openDatabase } from './open.ts';
import { resetSession } from './server/session.ts';

export interface AppliedSchemaOptions extends OpenOptions {
  /** The names of the migrations that are wanted; null: all of them. */
  readonly applied: ReadonlySet<string> | null;
  /** Roles of another server that migrations may name: where the server is thrown away, they are made there. */
  readonly roles: readonly string[];
  /** Told the statements that concern the whole server, which are omitted. */
  readonly leftOut?: (statement: string) => void;
}

/**
 * Opens a scratch database with what some migrations make, wherever the configuration has its scratch databases.
 * @throws Failure: 1 a failing migration, 2 there are no migrations, 3 no way to the server
 */
export async function openAppliedSchema(config: Config, options: AppliedSchemaOptions): Promise<Database> {
  const { database, source } = config;
  if (source.kind === 'none') throw nothingToCompareWith();
  const scratch = {
    ...config,
    database: database.kind === 'server' ? { ...database, asIs: false } : database,
  };
  const disposable = database.kind !== 'server';
  const files = options.files ?? readSchemaFiles(config);
  const roles = disposable ? rolesNamed(files, options.roles) : [];
  // Nothing special: then it may be in the cache.
  if (options.applied === null && roles.length === 0) return openDatabase(scratch, { ...options, files });
  const extensions = database.kind === 'embedded' ? neededExtensions(config.extensions, files) : [];
  const empty = await openDatabase(
    { ...scratch, source: { kind: 'none' }, extensions },
    { ...options, files: [] },
  );
  try {
    await createRoles(empty.client, roles);
    const notes = new Set(empty.notes);
    const note = (reason: string, statement: string) => {
      notes.add(reason);
      options.leftOut?.(statement);
    };
    for (const unit of await unitsOf(config.source, files, { disposable, note })) {
      options.signal?.throwIfAborted();
      if (options.applied?.has(unit.name) ?? true) await unit.up(empty.client);
    }
    await resetSession(empty.client, config.searchPath);
    return { ...empty, notes: [...notes] };
  } catch (error) {
    await empty.close();
    throw error;
  }
}

/** The roles that some migration names and none creates. */
function rolesNamed(files: readonly SchemaFile[], roles: readonly string[]): readonly string[] {
  const text = files.map((file) => file.text).join('\n');
  return roles.filter((role) => {
    const name = role.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    const created = new RegExp(`\\bcreate\\s+(?:role|user|group)\\s+"?${name}(?!\\w)`, 'i');
    return new RegExp(`(?<!\\w)${name}(?!\\w)`, 'i').test(text) && !created.test(text);
  });
}

async function createRoles(client: Client, roles: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT rolname AS name FROM pg_catalog.pg_roles');
  const there = new Set(rows.map(({ name }) => name));
  for (const role of roles) {
    if (!there.has(role)) await client.query(`CREATE ROLE ${escapeIdentifier(role)}`);
  }
}

function nothingToCompareWith(): Failure {
  const message = 'The configuration names no migrations and no schema file.';
  const hint = 'Set "migrations" or "schema" under "nodrift" in the configuration.';
  return new Failure(2, [diagnostic({ code: 'ND7008', message, hint })]);
}
