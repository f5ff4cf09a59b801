import type { Connection, QueryConfig } from './connection.ts';
import { adapterOf } from './connection-adapter.ts';
import { starts } from './interrupt.ts';
import { observed } from './observe.ts';
import {
  acquireClient,
  isPgClient,
  isPgPool,
  type PgClient,
  type PgPool,
  releaseAfter,
  submitStatement,
} from './pg.ts';
import { submitInterruptible } from './pg-interrupt.ts';
import { queryRaw } from './pglite.ts';
import type { Executed, RowReader } from './row.ts';
import { isOutdated } from './server-error.ts';
import { type BoundStatement, keptName } from './statement.ts';
import { toQueryError } from './to-query-error.ts';

/** Runs a statement; `read` null: its rows, if it has any, are not asked for. */
export function execute<Row>(
  db: Connection,
  statement: BoundStatement,
  read: RowReader<Row> | null,
): Promise<Executed<Row>> {
  if (isPgClient(db) && db.pipeline !== true) {
    return observed(statement, () => {
      const { interrupt } = statement;
      return interrupt === undefined
        ? submitStatement(db, statement, read)
        : submitInterruptible(db, statement, interrupt, read);
    });
  }
  if (isPgPool(db)) {
    return withClient(db, statement.origin, (client) => execute(client, statement, read));
  }
  return adapterOf(db)?.execute(statement, read) ?? observed(statement, () => query(db, statement, read));
}

/** Runs a statement; where what was prepared is outdated, again and unprepared. */
export async function executeCurrent<Row>(
  db: Connection,
  statement: BoundStatement,
  read: RowReader<Row> | null,
): Promise<Executed<Row>> {
  try {
    return await execute(db, statement, read);
  } catch (error) {
    if (statement.name === undefined || !isOutdated(error)) {
      throw error;
    }
    return executeUnprepared(db, statement, read, error);
  }
}

async function withClient<Result>(
  pool: PgPool,
  origin: BoundStatement['origin'],
  use: (client: PgClient) => Promise<Result>,
): Promise<Result> {
  const pooled = await acquireClient(pool).catch((error: unknown) => {
    throw toQueryError(origin, error, 'not done');
  });
  return releaseAfter(pooled, use);
}

/**
 * Runs a statement again, unprepared, that failed with `error` because what was prepared is outdated.
 * In a transaction it fails again, since the first failure ended that; then `error` is what counts.
 */
export async function executeUnprepared<Row>(
  db: Connection,
  statement: BoundStatement,
  read: RowReader<Row> | null,
  error: unknown,
): Promise<Executed<Row>> {
  try {
    return await execute(db, { ...statement, name: undefined, attempt: (statement.attempt ?? 1) + 1 }, read);
  } catch (again) {
    throw (again as { code?: unknown }).code === '25P02' ? error : again;
  }
}

/** Leaves every value the text that Postgres sent, whatever parsers pg has been given. */
export const rawTypes: QueryConfig['types'] = { getTypeParser: () => asText };

/** Through whatever has a `query`. */
async function query<Row>(
  db: Connection,
  statement: BoundStatement,
  read: RowReader<Row> | null,
): Promise<Executed<Row>> {
  const { text, values } = statement;
  starts(statement, null);
  const result = await queryRaw(db, {
    name: keptName(statement),
    text,
    values,
    rowMode: 'array',
    types: rawTypes,
  });
  if (result.fields !== undefined) {
    read?.check?.(result.fields);
  }
  return {
    rows: read === null ? [] : result.rows.map((row) => read(row as (string | null)[])),
    rowCount: result.rowCount ?? 0,
  };
}

function asText(text: string): string {
  return text;
}
