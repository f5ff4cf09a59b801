import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';
import type { Config } from '../../src/project/config.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { sharedCache } from '../support/pglite.ts';
import { makeProject, type TestProject } from '../support/project.ts';

/** The configuration of a project with this key `nodrift`, in an empty environment. */
export function configOf(
  project: TestProject,
  nodrift: object = {},
  env: Record<string, string> = {},
): Config {
  const config = { transforms: [{ mode: 'sql', include: '*.sql' }], srcDir: './queries', nodrift };
  project.write({ 'pgtyped.config.json': JSON.stringify(config) });
  return loadConfig(project.path('pgtyped.config.json'), env);
}

/** What analysed: a server's database as it is, or a scratch database beside it. */
export function onServer(config: Config, url: string, asIs = false): Config {
  return { ...config, database: { kind: 'server', connection: { connectionString: url }, asIs } };
}

/** Opens a database on these files, has `use` work with it, and closes it. */
export async function withDatabase<T>(
  files: Readonly<Record<string, string>>,
  nodrift: object,
  use: (database: Database) => Promise<T>,
  change: (config: Config) => Config = (config) => config,
): Promise<T> {
  using project = makeProject(files);
  const database = await openDatabase(change(configOf(project, nodrift)), { env: sharedCache() });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

/** The rows of a query, as arrays. */
export async function rows(database: Pick<Database, 'client'>, sql: string): Promise<unknown[][]> {
  return (await database.client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
}
