import { CANCEL_MILLIS, starts } from './interrupt.ts';
import { type PgClient, submit } from './pg.ts';
import { cancelRunning } from './pg-cancel.ts';
import { ignore, type PgWire, pgStatement } from './pg-statement.ts';
import type { Executed, RowReader } from './row.ts';
import type { BoundStatement, Interrupt } from './statement.ts';

/** Sends a statement that can be cancelled; after CANCEL_MILLIS without an answer the connection is closed. */
export function submitInterruptible<Row>(
  client: PgClient,
  statement: BoundStatement,
  interrupt: Interrupt,
  read: RowReader<Row> | null,
): Promise<Executed<Row>> {
  const query = pgStatement(statement, read);
  let late: ReturnType<typeof setTimeout> | undefined;
  let held: Promise<void> | undefined;
  query.onSubmit = (wire) =>
    starts(statement, () => {
      if (!late) {
        late = setTimeout(() => wire.stream.destroy?.(), CANCEL_MILLIS);
        held = cancelRunning(client, CANCEL_MILLIS);
        holdUntil(client, held);
      }
    });
  return submit<Executed<Row>>(client, query).finally(() => {
    clearTimeout(late);
    interrupt.stop = undefined;
    // A pool must not hand out a client on which statements are held back.
    return held;
  });
}

/** Lets nothing more be sent before `done`: a request to cancel that comes late must not hit the next statement. */
function holdUntil(client: PgClient, done: Promise<void>): void {
  client._queryQueue.unshift({
    submit: (wire: PgWire) => {
      done.then(() => wire.sync());
    },
    handleReadyForQuery: ignore,
    handleError: ignore,
  });
}
