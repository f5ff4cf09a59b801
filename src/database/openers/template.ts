import { randomBytes } from 'node:crypto';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Config, ConnectionConfig } from '../../project/config.ts';
import { fingerprint } from '../../project/fingerprint.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import type { Database } from '../database.ts';
import { lazy } from '../lazy.ts';
import { buildSchema } from '../migrations/build-schema.ts';
import { connect, describeServer } from '../server/connection.ts';
import { embeddedInstead } from '../server/connection-failure.ts';
import { setForSession } from '../server/own-session.ts';
import { createScratch, dropScratch, dropStaleScratch } from '../server/scratch.ts';
import { resetSession } from '../server/session.ts';
import { supportedVersion } from '../server/supported-version.ts';
import { dropStaleTemplates, lockTemplate, templateName, unlockTemplate } from '../server/templates.ts';

/** Part of every template's name: raise it when other things are made from the same files. */
const generation = '1';

/** A migrated database that others are copied from. No process drops it while this one's session lasts. */
export interface Template {
  /** Of the process: it does not keep the process running. */
  readonly session: Client;
  /** A copy of its own for each caller. Closing drops it. */
  copy(): Promise<Database>;
}

/**
 * Finds the template of these migrations on a server, or makes it: one process migrates, the others wait for it.
 * @param files its migrations or schema files, as readSchemaFiles returns them
 * @param keep sees to it that the template is dropped in the end
 * @throws Failure: 1 a failing migration, 3 no way in or no right to create databases
 */
export async function openTemplate(
  config: Config,
  files: readonly SchemaFile[],
  connection: ConnectionConfig | null,
  keep: (template: string, session: Client) => Promise<void>,
): Promise<Template> {
  const session = await connect(connection, { instead: embeddedInstead });
  try {
    const { major, version } = await supportedVersion(session);
    await setForSession(session, connection, 'statement_timeout = 0');
    await session.query('SET lock_timeout = 0; SET idle_session_timeout = 0');
    const name = await templateName(session, keyOf(config, files, session));
    await dropStaleScratch(session, null);
    // Before it is looked for, so that it stays once it is found.
    await lockTemplate(session, name, 'use');
    await dropStaleTemplates(session, connection);
    await lockTemplate(session, name, 'change');
    const notes = (await notesOf(session, name)) ?? (await makeTemplate(session, name));
    await unlockTemplate(session, name, 'change');
    await keep(name, session);
    const run = letGo(session);
    const take = copies(name, run);
    const description = `PostgreSQL ${version} at ${describeServer(session)}`;
    return { session, copy: async () => ({ ...(await open(await take(), run)), description, major, notes }) };
  } catch (error) {
    await session.end().catch(() => {});
    throw error;
  }

  async function makeTemplate(admin: Client, name: string): Promise<readonly string[]> {
    const { name: scratch } = await createScratch(admin, connection, describeServer(admin), null);
    try {
      const client = await connect(connection, { database: scratch });
      const { notes } = await buildSchema(client, config, files, false).finally(() => client.end());
      const [from, to] = [escapeIdentifier(scratch), escapeIdentifier(name)];
      // One who is connected to it would keep others from copying it.
      await admin.query(`ALTER DATABASE ${from} ALLOW_CONNECTIONS false`);
      await admin.query(`COMMENT ON DATABASE ${from} IS ${escapeLiteral(JSON.stringify(notes))}`);
      // Last: what has the name is whole.
      await admin.query(`ALTER DATABASE ${from} RENAME TO ${to}`);
      return notes;
    } catch (error) {
      await dropScratch(connection, scratch).catch(() => {});
      throw error;
    }
  }

  async function open(name: string, run: Run): Promise<Pick<Database, 'client' | 'close'>> {
    let client: Client | null = null;
    const close = lazy(async () => {
      await client?.end().catch(() => {});
      const drop = `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`;
      // It takes a checkpoint, which no test needs to wait for. What is not dropped goes with the template.
      run(drop)
        .catch(() => dropScratch(connection, name))
        .catch(() => {});
    });
    try {
      client = await connect(connection, { database: name });
      await resetSession(client, config.searchPath);
      return { client, close };
    } catch (error) {
      await close().catch(() => {});
      throw error;
    }
  }
}

type Run = (sql: string) => Promise<void>;

/** Makes copies of a template, by name. Who has asked twice will ask again: the next one is made meanwhile. */
function copies(template: string, run: Run): () => Promise<string> {
  let spare: Promise<string> | null = null;
  let count = 0;
  const create = async () => {
    const name = `${template}_${randomBytes(6).toString('hex')}`;
    await run(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`);
    return name;
  };
  return async () => {
    const waiting = spare;
    spare = null;
    count += 1;
    const name = (await waiting?.catch(() => null)) ?? (await create());
    if (count > 1 && spare === null) {
      spare = create();
      // Then the next one is made when it is asked for.
      spare.catch(() => {});
    }
    return name;
  };
}

/** Lets the process end although the session is open, except while a statement runs in it. */
function letGo(session: Client): Run {
  // Its types lack them.
  const { ref, unref } = session as Client & Record<'ref' | 'unref', () => void>;
  let running = 0;
  let last: Promise<unknown> = Promise.resolve();
  unref.call(session);
  return async (sql) => {
    if (++running === 1) ref.call(session);
    // One after the other: pg warns of statements that wait in it.
    const done = last.then(() => session.query(sql));
    last = done.catch(() => {});
    try {
      await done;
    } finally {
      if (--running === 0) unref.call(session);
    }
  };
}

function keyOf({ source }: Config, files: readonly SchemaFile[], { user }: Client): string {
  const format = source.kind === 'migrations' ? source.format : source.kind;
  // What a migration that is a program does may depend on more than its text: each process runs it.
  const isSql = files.every(({ path }) => path.endsWith('.sql'));
  return fingerprint([
    ['generation', generation],
    // Only the owner may copy it.
    ['role', user ?? null],
    ['format', format],
    ['process', isSql ? null : String(process.pid)],
    ...files.map(({ file, text }) => [file, text] as const),
  ]);
}

/** What was noted while it was made; null: there is none. */
async function notesOf(client: Client, template: string): Promise<readonly string[] | null> {
  const { rows } = await client.query<{ notes: string | null }>(
    `SELECT pg_catalog.shobj_description(oid, 'pg_database') AS notes FROM pg_catalog.pg_database WHERE datname = $1`,
    [template],
  );
  return rows[0] ? JSON.parse(rows[0].notes ?? '[]') : null;
}
