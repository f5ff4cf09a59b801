import { type Transaction, transaction } from 'nodrift-runtime';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open.ts';
import { openTemplate, type Template } from '../database/openers/template.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config, ConnectionConfig } from '../project/config.ts';
import { fingerprint } from '../project/fingerprint.ts';
import { loadProjectConfig } from '../project/load-config.ts';
import { readSchemaFiles } from '../project/schema-files.ts';
import { keepTemplate } from './kept-template.ts';

export interface TestDatabaseOptions {
  /** Path of the configuration; default: the one in the working directory or above it. */
  readonly config?: string;
}

/** A migrated database of a test's own. */
export interface TestDatabase extends Database {
  /**
   * Runs `use` in a transaction and undoes what it did. In it `transaction` makes savepoints. What is checked at COMMIT only
   * (deferred constraints) is not checked.
   */
  rollback<Result>(use: (db: Transaction) => Promise<Result>): Promise<Result>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a throw-away database with the project's migrations applied, for tests of code over the generated queries. Where
 * DATABASE_URL is set or the configuration names a server, it is a copy of a template there, which is migrated once for all
 * processes of a test run; otherwise it is the embedded database. Its `client` is an ordinary `pg.Client`; `close()` drops
 * everything.
 *
 * @throws Failure 1 a failing migration, 2 configuration, 3 database unreachable
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const config = loadProjectConfig(process.cwd(), options.config);
  if (config.database.kind === 'server' && config.database.asIs) {
    throw new Failure(2, [
      diagnostic({
        code: 'ND5017',
        message: 'Tests need a database of their own, but the configuration names one to be used as it is',
        hint: 'Add "nodrift": { "migrations": "./migrations" } to the configuration.',
      }),
    ]);
  }
  const server = serverOf(config);
  return withRollback(server ? await copyOnServer(config, server.connection) : await openDatabase(config));
}

/** The server that tests run on; null: none. */
function serverOf({ database, connection }: Config): { readonly connection: ConnectionConfig | null } | null {
  if (database.kind === 'server') return database;
  // A `.env` file names the application's database: tests run there only if they are told to.
  const isGiven = Boolean(process.env.DATABASE_URL || process.env.PGURI);
  return database.kind === 'embedded' && isGiven && connection ? { connection } : null;
}

const templates = new Map<string, Promise<Template>>();

async function copyOnServer(config: Config, connection: ConnectionConfig | null): Promise<Database> {
  const files = readSchemaFiles(config);
  const key = fingerprint([
    ['server', JSON.stringify(connection)],
    ['source', JSON.stringify(config.source)],
    ['searchPath', JSON.stringify(config.searchPath)],
    ...files.map(({ path, text }) => [path, text] as const),
  ]);
  const opened = templates.get(key) ?? open();
  templates.set(key, opened);
  return (await opened).copy();

  async function open(): Promise<Template> {
    const forget = () => {
      templates.delete(key);
    };
    try {
      const template = await openTemplate(config, files, connection, (name, session) =>
        keepTemplate(name, session, connection),
      );
      template.session.once('end', forget);
      return template;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

function withRollback(database: Database): TestDatabase {
  return {
    ...database,
    [Symbol.asyncDispose]: () => database.close(),
    async rollback<Result>(use: (db: Transaction) => Promise<Result>): Promise<Result> {
      const undo = new Error('The transaction of a test is rolled back.');
      let done: { readonly result: Result } | null = null;
      await transaction(database.client, async (db) => {
        done = { result: await use(db) };
        throw undo;
      }).catch((error: unknown) => {
        if (error !== undo) throw error;
      });
      return (done as unknown as { readonly result: Result }).result;
    },
  };
}
