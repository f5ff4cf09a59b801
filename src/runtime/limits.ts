import { executeAll } from './batch.ts';
import type { Connection } from './connection.ts';
import { asConnection, type Session } from './connection-adapter.ts';
import { type DriverConnection, driverQueryOf } from './driver-query.ts';
import { execute } from './execute.ts';
import { CANCEL_MILLIS, interruptible } from './interrupt.ts';
import type { PgClient } from './pg.ts';
import { cancelRunning } from './pg-cancel.ts';
import type { PgWire } from './pg-statement.ts';
import { isInTransaction } from './session.ts';
import type { BoundStatement } from './statement.ts';

/** Runs a statement for `millis` at most, unless its call has a limit of its own; 0: for ever. */
export function withTimeLimit<Result>(
  statement: BoundStatement,
  millis: number,
  run: (statement: BoundStatement) => Promise<Result>,
): Promise<Result> {
  const { interrupt } = statement;
  if (millis === 0 || interrupt?.timed === true) {
    return run(statement);
  }
  if (interrupt === undefined) {
    return interruptible(statement, { timeoutMs: millis }, run);
  }
  const timer = setTimeout(interrupt.end, millis, 'timeout');
  return run(statement).finally(() => clearTimeout(timer));
}

/** The connection `db` over a client, each of whose statements and batches may take `millis`. */
export function limitedConnection(client: PgClient, db: Connection, millis: number): Connection {
  if (millis === 0) {
    return db;
  }
  const handle: DriverConnection = { query: driverQueryOf(db) };
  return asConnection(handle, {
    get inTransaction() {
      return isInTransaction(db);
    },
    mapped: { db, change: (statement) => statement },
    execute: (statement, read) => withTimeLimit(statement, millis, (it) => execute(db, it, read)),
    executeAll: (batch) =>
      within(
        millis,
        // Of those that follow the one that is cancelled none may run on.
        () => cancelRunning(client, CANCEL_MILLIS).then(() => cutOff(client)),
        () => executeAll(db, batch),
      ),
  });
}

/** The session of a client, over `db`, whose BEGIN, COMMIT and ROLLBACK close the connection when they take longer. */
export function limitedSession(session: Session, client: PgClient, db: Connection, millis: number): Session {
  const limit = <Args extends unknown[]>(control: (...args: Args) => Promise<void>) =>
    millis === 0
      ? control
      : (...args: Args) =>
          within(
            millis,
            () => cutOff(client),
            () => control(...args),
          );
  return {
    ...session,
    db: limitedConnection(client, db, millis),
    begin: limit(session.begin),
    commit: limit(session.commit),
    rollback: limit(session.rollback),
  };
}

/** Closes a client's connection at once. */
export function cutOff(client: PgClient): void {
  const { connection } = client as unknown as {
    connection: { stream: { destroy(): void } & PgWire['stream'] };
  };
  connection.stream.destroy();
}

async function within<Result>(
  millis: number,
  stop: () => unknown,
  run: () => Promise<Result>,
): Promise<Result> {
  const timer = setTimeout(stop, millis);
  try {
    return await run();
  } finally {
    clearTimeout(timer);
  }
}
