import type { Executed } from './execute.ts';
import type { BatchStatement } from './layer.ts';
import { startReport } from './observe.ts';
import type { PgClient } from './pg.ts';
import { PgStatement, type PgWire } from './pg-statement.ts';
import { endsConnection, isServerError } from './server-error.ts';

/** pg's queue of what is to be sent: the first in it gets the next answer. */
interface QueueingClient extends PgClient {
  readonly _queryQueue: object[];
}

/** One statement of a batch; the first one's turn to send sends all of them. */
class BatchMember extends PgStatement<unknown> {
  #toSend: readonly PgStatement<unknown>[] = [];

  sends(statements: readonly PgStatement<unknown>[]): void {
    this.#toSend = statements;
  }

  override submit(wire: PgWire): null {
    if (this.#toSend.length === 0) {
      return null;
    }
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
  const [first] = members;
  if (first === undefined) {
    return Promise.resolve([]);
  }
  first.sends(members);
  return new Promise((resolve) => {
    const outcomes: PromiseSettledResult<Executed<unknown>>[] = [];
    const reports = batch.map(({ statement }) => startReport(statement));
    const settle = (error: Error | null | undefined, result: unknown): void => {
      reports[outcomes.length]?.(
        (result as Executed<unknown> | undefined)?.rowCount ?? null,
        error ?? undefined,
      );
      outcomes.push(
        error === null || error === undefined
          ? { status: 'fulfilled', value: result as Executed<unknown> }
          : { status: 'rejected', reason: error },
      );
      const next = members[outcomes.length];
      if (next === undefined) {
        resolve(outcomes);
      } else if (isConnected(error)) {
        next.callback = settle;
        // Its answer comes next, whatever else has been queued meanwhile.
        (client as QueueingClient)._queryQueue.unshift(next);
      } else {
        settle(error, undefined);
      }
    };
    client.query(first, undefined, settle);
  });
}

function isConnected(error: Error | null | undefined): boolean {
  return error === null || error === undefined || (isServerError(error) && !endsConnection(error));
}
