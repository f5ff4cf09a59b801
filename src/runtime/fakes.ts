import { encodeHex } from './codec/bytea.ts';
import { codecReason } from './codec/codec-error.ts';
import type { Connection } from './connection.ts';
import { asConnection, type Session } from './connection-adapter.ts';
import type { QueryDefinition } from './definition.ts';
import { type Origin, QueryError } from './errors.ts';
import type { CallOptions } from './interrupt.ts';
import type { NestedDefinition } from './nested.ts';
import { flattened } from './nested-fake.ts';
import type { Executed, RowReader } from './row.ts';
import type { BoundStatement } from './statement.ts';

// Its parameters are compared both ways, so that only `never` and `any` take every query.
// biome-ignore lint/suspicious/noExplicitAny: as above
type AnyQuery = ((db: any, params: any, options?: CallOptions) => Promise<unknown>) & Origin;

/** Replaces a query: takes the parameters, and returns what the query resolves. */
export type Fake<Query> = Query extends (
  db: never,
  params: infer Params,
  options?: CallOptions,
) => Promise<infer Result>
  ? (params: Params) => Result | Promise<Result>
  : never;

/** A fake for each of some queries of a module, under the query's name in it. */
export type Fakes<Module> = {
  readonly [Name in keyof Module as Module[Name] extends AnyQuery ? Name : never]?: Fake<Module[Name]>;
};

/** A connection without a database, over which a module's queries call their fakes. */
export interface FakeConnection<Module> {
  /** pg's `query`, which a fake connection refuses. */
  query(): Promise<never>;
  /** The calls so far, in their order. */
  readonly calls: readonly FakeCall[];
  /** Another connection, with these fakes too or in place of the ones there are. */
  with(fakes: Fakes<Module>): FakeConnection<Module> & Connection;
}

export interface FakeCall {
  /** The query's name. */
  readonly query: string;
  /** As the caller gave them. */
  readonly params: unknown;
}

/** A query has no fake, or its fake returned what the query never could, or threw what no query throws. */
export class FakeError extends QueryError {
  constructor(origin: Origin, message: string, cause?: unknown) {
    super(origin, 'FakeError', message);
    if (cause !== undefined) {
      this.cause = cause;
    }
  }
}

/**
 * A connection for tests without a database: `fakes(queries).with({ getCar: ({ id }) => … })`. Parameters are encoded and
 * rows are encoded and decoded as for Postgres, so that a fake takes and returns nothing that the database never could.
 *
 * @param queries a generated module, or several: `{ ...cars, ...people }`
 */
export function fakes<Module extends object>(queries: Module): FakeConnection<Module> & Connection {
  if (Object(queries) !== queries) {
    throw new TypeError('fakes: queries must be a generated module');
  }
  return connectionOf(queries, {});
}

function connectionOf<Module extends object>(
  queries: Module,
  known: Fakes<Module>,
): FakeConnection<Module> & Connection {
  if (Object(known) !== known) {
    throw new TypeError('fakes: what is given to `with` must be an object of functions');
  }
  const byOrigin = new Map<string, (params: unknown) => unknown>();
  for (const [key, fake] of Object.entries(known)) {
    const query = (queries as Record<string, unknown>)[key];
    if (typeof query !== 'function' || typeof fake !== 'function') {
      throw new TypeError(`fakes: ${key} must be a query of the module, and its fake a function`);
    }
    byOrigin.set(keyOf(query as AnyQuery), fake as (params: unknown) => unknown);
  }
  const calls: FakeCall[] = [];
  const cursors = new Map<string, unknown[]>();

  async function rowsOf({ origin, params }: BoundStatement): Promise<Executed<unknown>> {
    const fake = byOrigin.get(keyOf(origin));
    if (fake === undefined) {
      throw new FakeError(origin, 'has no fake');
    }
    calls.push({ query: origin.name, params });
    let result: unknown;
    try {
      result = await fake(params);
    } catch (error) {
      throw error instanceof QueryError ? error : new FakeError(origin, 'its fake failed', error);
    }
    if (typeof result === 'number') {
      return { rows: [], rowCount: result };
    }
    const rows = Array.isArray(result) ? result : result === null || result === undefined ? [] : [result];
    return { rows, rowCount: rows.length };
  }

  async function execute<Row>(
    statement: BoundStatement,
    read: RowReader<Row> | null,
  ): Promise<Executed<Row>> {
    if (statement.lookups !== undefined) {
      return lookedUp(statement.lookups, read);
    }
    const [, command, cursor = ''] =
      /^(DECLARE|FETCH|CLOSE)\b.*?\b(nodrift_\d+)\b/.exec(statement.text) ?? [];
    if (command === 'CLOSE') {
      cursors.delete(cursor);
      return { rows: [], rowCount: 0 };
    }
    if (command === 'DECLARE') {
      cursors.set(cursor, [...(await rowsOf(statement)).rows]);
      return { rows: [], rowCount: 0 };
    }
    const { rows, rowCount } =
      command === 'FETCH'
        ? { rows: cursors.get(cursor)?.splice(0, batchOf(statement.text)) ?? [], rowCount: 0 }
        : await rowsOf(statement);
    const { origin } = statement;
    return { rows: read === null ? [] : rows.flatMap((row) => textsOf(origin, row).map(read)), rowCount };
  }

  /** Rows of several calls, with the number of the call behind each. */
  async function lookedUp<Row>(
    lookups: readonly BoundStatement[],
    read: RowReader<Row> | null,
  ): Promise<Executed<Row>> {
    const answers = await Promise.all(lookups.map(rowsOf));
    const texts = answers.flatMap(({ rows }, i) =>
      rows
        .flatMap((row) => textsOf((lookups[i] as BoundStatement).origin, row))
        .map((row) => [...row, `${i + 1}`]),
    );
    return { rows: read === null ? [] : texts.map((row) => read(row)), rowCount: texts.length };
  }

  const db = {
    query: () =>
      Promise.reject(new TypeError('a fake connection runs the queries of generated modules only')),
    calls,
    with: (more: Fakes<Module>) => connectionOf(queries, more && { ...known, ...more }),
  } as FakeConnection<Module> & Connection;
  const session: Session = {
    db,
    begin: nothing,
    commit: nothing,
    rollback: nothing,
    cancel: nothing,
    noteFailure: () => {},
    cutOff: () => {},
  };
  return asConnection(db, {
    inTransaction: false,
    execute,
    executeAll: (batch) => Promise.allSettled(batch.map(({ statement, read }) => execute(statement, read))),
    withSession: (use) => use(session),
  });
}

async function nothing(): Promise<void> {}

function keyOf({ file, name }: Origin): string {
  return `${file} ${name}`;
}

/** `FETCH 100 FROM …`: 100. */
function batchOf(text: string): number {
  return Number(text.split(' ')[1]);
}

/** A row as Postgres would send it; an object with lists is several. */
function textsOf(origin: Origin, row: unknown): (string | null)[][] {
  const { columns, nested } = origin as QueryDefinition & Partial<NestedDefinition>;
  const rows =
    nested === undefined
      ? [valuesOf(origin, row)]
      : flattened(origin as NestedDefinition, row, (reason) => new FakeError(origin, reason));
  return rows.map((values) =>
    columns.map(([name, codec], i) => {
      const value = values[i];
      if (value === null) {
        return null;
      }
      try {
        const encoded = codec.encode(value as never);
        return typeof encoded === 'string' ? encoded : encodeHex(encoded);
      } catch (error) {
        throw new FakeError(
          origin,
          `column "${name}": ${codecReason(error, 'its value does not fit the type')}`,
        );
      }
    }),
  );
}

/** The values of a row's columns. */
function valuesOf(origin: Origin, row: unknown): readonly unknown[] {
  const { columns } = origin as QueryDefinition;
  if (typeof row !== 'object' || row === null) {
    throw new FakeError(origin, 'a row is not an object');
  }
  const names = columns.map(([name]) => name);
  const other = Object.keys(row).find((key) => !names.includes(key));
  if (other !== undefined) {
    throw new FakeError(origin, `a row has the key "${other}", which is not a column`);
  }
  return names.map((name) => {
    const value = (row as Record<string, unknown>)[name];
    if (value === undefined || !Object.hasOwn(row, name)) {
      throw new FakeError(origin, `a row has no "${name}"`);
    }
    return value;
  });
}
