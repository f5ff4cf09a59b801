import type { Config } from '../../project/config.ts';
import { connect } from '../server/connection.ts';
import { setForSession } from '../server/own-session.ts';
import { type AppliedMigration, contentHash, readHistory } from './migration-history.ts';
import { migrationOrder } from './migration-order.ts';
import { readProject } from './migration-project.ts';

export interface MigrationStatus {
  /** In the order in which they ran. */
  readonly applied: readonly AppliedMigration[];
  /** In the order in which they will run. */
  readonly pending: readonly string[];
  /** Of the pending ones, those that are before one that has run: `up` refuses them. */
  readonly outOfOrder: readonly string[];
  /** Applied, but their files are gone. */
  readonly missing: readonly string[];
  /** Applied, but their files are not as they were then. */
  readonly changed: readonly string[];
}

/**
 * Says which migrations the named database has and which it lacks; changes nothing.
 * @param signal ends the connection
 * @throws Failure: 2 no server or no migrations are configured, 3 no way to the server
 */
export async function migrationStatus(config: Config, signal?: AbortSignal): Promise<MigrationStatus> {
  const { migrations, connection } = await readProject(config);
  const client = await connect(connection, { signal });
  try {
    await setForSession(client, connection, 'default_transaction_read_only = on', signal);
    const applied = await readHistory(client);
    const files = new Map(migrations.map(({ name, file }) => [name, file]));
    const changed = applied.filter(({ name, hash }) => {
      const file = files.get(name);
      return file !== undefined && hash !== null && hash !== contentHash(file.text);
    });
    const order = migrationOrder(
      applied.map(({ name }) => name),
      [...files.keys()],
    );
    return { applied, ...order, changed: changed.map(({ name }) => name) };
  } finally {
    await client.end();
  }
}
