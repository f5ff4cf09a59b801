import type { Connection } from '../runtime/connection.ts';
import { isPgClient, isPgPool, type PgPoolClient, watchClient } from '../runtime/pg.ts';
import { isPglite, queryRaw } from '../runtime/pglite.ts';
import type { StatementSession } from './history.ts';

interface Lockable {
  readonly session: StatementSession;
  /** PGlite has one session: its application is who must not migrate twice. */
  readonly needsLock: boolean;
  readonly release: (error?: Error) => void;
}

/** What pg's Pool has. */
interface Connectable {
  connect(): Promise<PgPoolClient>;
}

/** A session that statements outside a transaction are sent over, one after the other; null where none can be had. */
export async function sessionOf(db: Connection): Promise<Lockable | null> {
  if (isPglite(db)) {
    return { session: { query: (config) => queryRaw(db, config) }, needsLock: false, release: () => {} };
  }
  if (isPgPool(db)) {
    const client = await (db as unknown as Connectable).connect();
    const stopWatching = watchClient(client);
    const release = (error?: Error) => {
      stopWatching();
      client.release(error);
    };
    return { session: client, needsLock: true, release };
  }
  return isPgClient(db) ? { session: db, needsLock: true, release: watchClient(db) } : null;
}
