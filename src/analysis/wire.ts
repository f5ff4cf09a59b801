import type { Client, Connection, Submittable } from 'pg';
import { connectionLost } from '../connection-loss.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import { mapConnectionErrors, type ServerError, serverError } from './server-error.ts';
import { hideTrees, showTrees } from './tree-notices.ts';

/** What Postgres says of one statement that was parsed and described, never executed. */
export type DescribeResult =
  | {
      readonly ok: true;
      /** OIDs of `$1`, `$2`, ... */
      readonly paramTypes: readonly number[];
      /** Null for statements without rows. */
      readonly fields: readonly FieldDescription[] | null;
      /** The analysed query tree as node text; null where the server sent none. */
      readonly tree: string | null;
    }
  | { readonly ok: false; readonly error: ServerError };

/** One column of a RowDescription (PostgreSQL documentation, 54.7). */
export interface FieldDescription {
  readonly name: string;
  /** OID of the table and number of the column that it comes from; 0 for expressions. */
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
}

// One batch is one implicit transaction, whose locks are kept to its end: small enough for
// max_locks_per_transaction, large enough that round trips don't count.
const LARGEST_BATCH = 64;

/**
 * Parses and describes each statement on the server; nothing is executed. Statements go out in
 * batches behind one Sync, and the next batch is on its way before the last is considered.
 *
 * @param client connected; its session settings are as before in the end
 * @param statements SQL with `$n` parameters, one statement each
 * @param receive called once for each statement, in order; a promise that it returns is waited for
 * @throws Failure 3 if the connection is lost
 */
export async function describe(
  client: Client,
  statements: readonly string[],
  receive: (described: DescribeResult, index: number) => unknown,
): Promise<void> {
  // The server's last words may come between two batches; the next one then only hears that the client is unusable.
  let connectionError: Error | null = null;
  const listen = (error: Error) => {
    connectionError ??= error;
  };
  client.on('error', listen);
  try {
    await mapConnectionErrors(() => showTrees(client));
    await describeAll(client, statements, receive);
  } catch (error) {
    throw connectionError !== null && isUnexplained(error) ? connectionLost(connectionError) : error;
  } finally {
    client.off('error', listen);
    await hideTrees(client);
  }
}

/** Whether an error says that the connection is lost, and not why. */
function isUnexplained(error: unknown): boolean {
  return error instanceof Failure && error.diagnostics.every(({ sqlstate }) => sqlstate === null);
}

async function describeAll(
  client: Client,
  statements: readonly string[],
  receive: (described: DescribeResult, index: number) => unknown,
): Promise<void> {
  let next = 0;
  let size = LARGEST_BATCH;
  let arrived: Promise<readonly DescribeResult[]> | null = null;
  while (next < statements.length) {
    arrived ??= send(client, statements.slice(next, next + size));
    const batch = await arrived;
    const first = next;
    next += batch.length;
    // After an error the server skips to the Sync: the rest is sent again, in smaller helpings.
    size = batch.at(-1)?.ok === false ? Math.max(4, size >> 1) : Math.min(LARGEST_BATCH, size << 1);
    arrived = next < statements.length ? send(client, statements.slice(next, next + size)) : null;
    // If `receive` throws, nothing waits for this batch any more.
    arrived?.catch(() => {});
    for (const [i, described] of batch.entries()) {
      // An `await` of nothing would be a turn of the microtask queue for each statement.
      const waiting = receive(described, first + i);
      if (waiting instanceof Promise) await waiting;
    }
  }
}

/** Resolves to what was described: all statements, or those up to and with the first error. */
function send(client: Client, statements: readonly string[]): Promise<readonly DescribeResult[]> {
  return new Promise((resolve, reject) => {
    client.query(batch(statements, resolve, reject));
  });
}

interface ParameterDescription {
  readonly dataTypeIDs: readonly number[];
}

interface RowDescription {
  readonly fields: readonly FieldDescription[];
}

interface Notice {
  readonly detail?: string;
}

// What pg's Client calls of a query besides `submit`; @types/pg leaves these out.
interface Batch extends Submittable {
  handleRowDescription(message: RowDescription): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

function batch(
  statements: readonly string[],
  resolve: (described: readonly DescribeResult[]) => void,
  reject: (error: unknown) => void,
): Batch {
  const described: DescribeResult[] = [];
  let tree: string | null = null;
  let paramTypes: readonly number[] = [];
  let release = () => {};

  const complete = (fields: readonly FieldDescription[] | null) => {
    described.push({ ok: true, paramTypes, fields, tree });
    tree = null;
  };
  return {
    submit(connection: Connection) {
      const listeners = {
        notice: (message: Notice) => {
          if (message.detail?.startsWith('{QUERY ')) tree = message.detail;
        },
        parameterDescription: (message: ParameterDescription) => {
          paramTypes = message.dataTypeIDs;
        },
        noData: () => complete(null),
      };
      for (const [event, listener] of Object.entries(listeners)) connection.on(event, listener);
      release = () => {
        for (const [event, listener] of Object.entries(listeners)) connection.off(event, listener);
      };
      connection.stream.cork();
      for (const text of statements) {
        connection.parse({ name: '', text, types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
      }
      connection.sync();
      connection.stream.uncork();
    },
    handleRowDescription(message) {
      complete(message.fields);
    },
    handleError(error) {
      release();
      const answer = serverError(error);
      if (answer === null) {
        reject(connectionLost(error));
        return;
      }
      described.push({ ok: false, error: answer });
      resolve(described);
    },
    handleReadyForQuery() {
      release();
      resolve(described);
    },
  };
}

/** The error for a server that answers but shows no tree: a pooler or a database that only speaks the protocol. */
export function noTree(): Failure {
  return new Failure(3, [
    diagnostic({
      code: 'ND3013',
      message: 'The server analysed the statement but did not show its query tree',
      hint:
        'nodrift reads the tree that PostgreSQL 14 to 18 sends with debug_print_parse. A pooler or a compatible ' +
        'database may omit it: connect to PostgreSQL itself, or use the embedded database.',
    }),
  ]);
}
