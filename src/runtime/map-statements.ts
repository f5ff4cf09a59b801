import { executeAll } from './batch.ts';
import type { Connection } from './connection.ts';
import { asConnection } from './connection-adapter.ts';
import { type DriverConnection, driverQueryOf } from './driver-query.ts';
import { execute } from './execute.ts';
import { isInTransaction, withSession } from './session.ts';
import type { BoundStatement } from './statement.ts';

/** The same connection, over which each query's statement is sent as `change` returns it. */
export function mapStatements(
  db: Connection,
  change: (statement: BoundStatement) => BoundStatement,
): Connection {
  const handle: DriverConnection = { query: driverQueryOf(db) };
  return asConnection(handle, {
    get inTransaction() {
      return isInTransaction(db);
    },
    mapped: { db, change },
    execute: (statement, read) => execute(db, change(statement), read),
    executeAll: (batch) =>
      executeAll(
        db,
        batch.map(({ statement, read }) => ({ statement: change(statement), read })),
      ),
    withSession: (use) =>
      withSession(db, (session) => use({ ...session, db: mapStatements(session.db, change) })),
  });
}
