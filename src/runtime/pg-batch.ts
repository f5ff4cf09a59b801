import { QueryError } from './errors.ts';
import type { Executed } from './execute.ts';
import type { BatchStatement } from './layer.ts';
import { observed } from './observe.ts';
import { type PgClient, READ_TIMEOUT, withCause } from './pg.ts';
import { PgStatement, type PgWire } from './pg-statement.ts';
import { endsConnection, isServerError } from './server-error.ts';

interface QueueingClient extends PgClient {
  /** What is to be sent: the first in it gets the next answer. */
  readonly _queryQueue: object[];
  readonly connectionParameters: { readonly query_timeout?: number | false };
}

type Settle = (error: Error | null | undefined, result?: Executed<unknown>) => void;

/** One statement of a batch; the first one's turn to send sends all of them. */
class BatchMember extends PgStatement<unknown> {
  sent = false;
  #toSend: readonly PgStatement<unknown>[] = [];

  sends(statements: readonly PgStatement<unknown>[]): void {
    this.#toSend = statements;
  }

  override submit(wire: PgWire): null {
    if (this.#toSend.length === 0) {
      return null;
    }
    this.sent = true;
    // What the batch itself prepares is not in `parsedStatements` before it is answered.
    const prepared = { ...wire.parsedStatements };
    wire.stream.cork?.();
    for (const statement of this.#toSend) {
      statement.send(wire, prepared);
      if (statement.name !== '') {
        prepared[statement.name] = statement.text;
      }
    }
    wire.stream.uncork?.();
    return null;
  }
}

/** Sends statements together; each ends with a Sync of its own, so that none depends on another. */
export function submitAll(
  client: PgClient,
  batch: readonly BatchStatement[],
): Promise<PromiseSettledResult<Executed<unknown>>[]> {
  const members = batch.map(({ statement, read }) => new BatchMember(statement, read));
  const waiting: Settle[] = [];
  const answers = batch.map(({ statement }) =>
    observed(
      statement,
      () =>
        new Promise<Executed<unknown>>((resolve, reject) => {
          waiting.push((error, result) => {
            if (result === undefined) {
              reject(error);
            } else {
              resolve(result);
            }
          });
        }),
    ),
  );
  const [first] = members;
  if (first !== undefined) {
    first.sends(members);
    send(client as QueueingClient, first, members, waiting);
  }
  return Promise.allSettled(answers);
}

function send(
  client: QueueingClient,
  first: BatchMember,
  members: readonly BatchMember[],
  waiting: readonly Settle[],
): void {
  let answered = 0;
  const settle: Settle = (error, result) => {
    waiting[answered]?.(error, result);
    answered += 1;
    const next = members[answered];
    if (next === undefined) {
      return;
    }
    if (isConnected(error)) {
      next.callback = withTimeout(settle, client.connectionParameters.query_timeout);
      // Its answer comes next, whatever else has been queued meanwhile.
      client._queryQueue.unshift(next);
      return;
    }
    for (const fail of waiting.slice(answered)) {
      fail(error);
    }
    if (first.sent && error?.message === READ_TIMEOUT) {
      // The answers are still to come, and would be taken for those of later queries.
      client.end().catch(() => {});
    }
  };
  client.query(first, undefined, (error, result) =>
    settle(withCause(client, error), result as Executed<unknown> | undefined),
  );
}

/** As pg limits the time of what is queued by `query`, which only the first of a batch is. */
function withTimeout(settle: Settle, millis: number | false | undefined): Settle {
  if (!millis) {
    return settle;
  }
  let over = false;
  const once: Settle = (error, result) => {
    clearTimeout(timer);
    if (!over) {
      over = true;
      settle(error, result);
    }
  };
  const timer = setTimeout(once, millis, new Error(READ_TIMEOUT));
  return once;
}

function isConnected(error: Error | null | undefined): boolean {
  return (
    error === null ||
    error === undefined ||
    // A row that could not be read: the rest of the answers comes all the same.
    error instanceof QueryError ||
    (isServerError(error) && !endsConnection(error))
  );
}
