import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError } from 'pg';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { ConnectionConfig } from '../../project/config.ts';
import { connect, describeServer } from './connection.ts';

/**
 * Runs a `SET …`, where the session is our own: behind a pooler that gives each transaction another connection it would
 * stay on that connection, for whoever gets it next.
 * @param connection what `client` was connected with
 * @throws Failure (2) where there is such a pooler; nothing has been set then
 */
export async function setForSession(
  client: Client,
  connection: ConnectionConfig | null,
  setting:
    | 'default_transaction_read_only = on'
    | 'client_connection_check_interval = 2s'
    | 'statement_timeout = 0',
  signal?: AbortSignal,
): Promise<void> {
  const [name = '', value = ''] = setting.split(' = ');
  const set = `pg_catalog.set_config('${name}', '${value}', false)`;
  // A pooler announces a process id of its own at the start, to find the statement that a cancel request means.
  const process = Number(Reflect.get(client, 'processID')) || 0;
  const { rows } = await client.query<{ direct: boolean }>(
    `SELECT direct, CASE WHEN direct THEN ${set} END
       FROM (SELECT pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) ${process} AS direct) AS session`,
  );
  if (rows[0]?.direct) return;
  if (await isShared(client, connection, signal)) throw shared(client);
  await client.query(`SELECT ${set}`);
}

// More than a pooler has idle connections to the server, by far.
const mostOthers = 30;

/**
 * Whether other sessions get the connection to the server that this one had: those take all that are idle, one after
 * the other, until a new one is made for them.
 */
async function isShared(
  client: Client,
  connection: ConnectionConfig | null,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const mark = randomUUID();
  const isMarked = `pg_catalog.current_setting('nodrift.session', true) IS NOT DISTINCT FROM $1::text`;
  const { rows } = await client.query<{ now: string }>(
    `SELECT pg_catalog.set_config('nodrift.session', $1, false), pg_catalog.clock_timestamp()::text AS now`,
    [mark],
  );
  const others: Client[] = [];
  try {
    while (others.length < mostOthers) {
      const other = await connect(connection, { signal }).catch((error: unknown) => {
        // As many as may be.
        if (error instanceof Failure) return null;
        throw error;
      });
      if (other === null) break;
      others.push(other);
      const found = await inTime(
        other.query('BEGIN').then(() =>
          other.query<{ marked: boolean; fresh: boolean }>(
            `SELECT ${isMarked} AS marked, backend_start > $2::timestamptz AS fresh
               FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()`,
            [mark, rows[0]?.now],
          ),
        ),
      );
      if (found?.rows[0]?.marked) return true;
      // None comes free any more, or a new one was made.
      if (found?.rows[0]?.fresh !== false) break;
    }
    const still = await inTime(client.query<{ marked: boolean }>(`SELECT ${isMarked} AS marked`, [mark]));
    return still?.rows[0]?.marked !== true;
  } catch (error) {
    // A pooler that rejects transactions.
    if (error instanceof DatabaseError) return true;
    throw error;
  } finally {
    for (const other of others) other.connection.stream.destroy();
  }
}

/** Null where the answer takes longer than any that need not wait for a connection. */
async function inTime<Result>(result: Promise<Result>): Promise<Result | null> {
  const stop = new AbortController();
  const late = sleep(2000, null, { signal: stop.signal, ref: false }).catch(() => null);
  result.catch(() => {});
  return Promise.race([result, late]).finally(() => stop.abort());
}

function shared(client: Client): Failure {
  const message = `${describeServer(client)} is a pooler that gives each transaction another connection to the server: settings of this session would affect other clients.`;
  const hint = 'Connect to the server itself, or to a pooler in session mode.';
  return new Failure(2, [diagnostic({ code: 'ND5009', message, hint })]);
}
