import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import { loadProjectConfig } from '../project/load-config.ts';

export { type Fake, type FakeCall, type FakeConnection, FakeError, type Fakes, fakes } from 'nodrift-runtime';
export type { Database } from '../database/database.ts';

export interface TestDatabaseOptions {
  /** Path of the configuration; default: the one in the working directory or above it. */
  readonly config?: string;
}

/**
 * Opens a throw-away database with the project's migrations applied, for tests of code over the generated
 * queries: the embedded one, or a scratch database on the configured server. Its `client` is an ordinary
 * `pg.Client`; `close()` drops everything.
 *
 * @throws Failure 1 a failing migration, 2 configuration, 3 database unreachable
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<Database> {
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
  return openDatabase(config);
}
