import { executeAll } from './batch.ts';
import type { Connection, PgConnection } from './connection.ts';
import { execute } from './execute.ts';
import { asConnection, layerOf } from './layer.ts';
import { withSession } from './session.ts';
import type { Statement } from './statement.ts';

/**
 * The same connection without named prepared statements, for poolers that hand a server connection to
 * someone else after each transaction (PgBouncer before 1.21, or with `max_prepared_statements = 0`).
 */
export function unprepared(db: Connection): Connection {
  const handle: PgConnection = {
    query: ({ name: _, ...config }) => (db as PgConnection).query(config),
  };
  return asConnection(handle, {
    inTransaction: layerOf(db)?.inTransaction ?? false,
    execute: (statement, read) => execute(db, withoutName(statement), read),
    executeAll: (batch) =>
      executeAll(
        db,
        batch.map(({ statement, read }) => ({ statement: withoutName(statement), read })),
      ),
    withSession: (signal, use) =>
      withSession(db, signal, (session) => use({ ...session, db: unprepared(session.db) })),
  });
}

function withoutName(statement: Statement): Statement {
  return { ...statement, name: undefined };
}
