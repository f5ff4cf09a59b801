import { assertConnection } from './assert.ts';
import type { Connection } from './connection.ts';
import { mapStatements } from './map-statements.ts';

/**
 * The same connection without named prepared statements, for poolers that hand a server connection to
 * another client after each transaction (PgBouncer before 1.21, or with `max_prepared_statements = 0`).
 */
export function unprepared(db: Connection): Connection {
  assertConnection(db, 'unprepared');
  return mapStatements(db, (statement) => ({ ...statement, name: undefined }));
}
