import type { Connection } from './connection.ts';
import { adapterOf } from './connection-adapter.ts';
import { isPgClient, type PgClient } from './pg.ts';
import type { BoundStatement } from './statement.ts';

/** The client that a connection represents, and what changes statements on the way there. */
export interface DriverClient {
  readonly client: PgClient;
  readonly change: (statement: BoundStatement) => BoundStatement;
}

/** Undefined for a connection that represents no client of pg. */
export function driverClient(db: Connection): DriverClient | undefined {
  if (isPgClient(db)) {
    return { client: db, change: (statement) => statement };
  }
  const mapped = adapterOf(db)?.mapped;
  const inner = mapped && driverClient(mapped.db);
  return inner && { client: inner.client, change: (statement) => inner.change(mapped.change(statement)) };
}
