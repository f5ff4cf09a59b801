import { assertConnection } from './assert.ts';
import { encodeHex } from './codec/bytea.ts';
import { list } from './codec/list.ts';
import type { Connection, ReadOnlyConnection } from './connection.ts';
import { adapterOf } from './connection-adapter.ts';
import type { QueryDefinition } from './definition.ts';
import type { ColumnCheck } from './described.ts';
import { QueryError } from './errors.ts';
import { executeCurrent } from './execute.ts';
import type { ReadOnlyQuery } from './query.ts';
import type { RowReader } from './row.ts';
import { type BoundStatement, statementOf } from './statement.ts';
import { statementName } from './statement-name.ts';
import { toQueryError } from './to-query-error.ts';
import type { KnownViolations, NoViolations } from './violations.ts';

/** A query with `@load`. */
export interface Loadable<Params, Row, Result, V extends KnownViolations = NoViolations>
  extends ReadOnlyQuery<Params, Row, Result, V> {
  /**
   * Resolves what the query does. All calls of one tick over the same connection are one statement, and equal parameters
   * are looked up once in it. Nothing is remembered after it.
   */
  readonly load: (db: Connection | ReadOnlyConnection, params: Params) => Promise<Result>;
}

type Texts = readonly (string | null)[];

/** Calls that wait for the end of the tick, by their values. */
interface Waiting {
  readonly lookups: Map<string, { readonly statement: BoundStatement; readonly index: number }>;
  /** The rows of each, or why it has none. */
  readonly outcomes: Promise<readonly Outcome[]>;
}

type Outcome = readonly Texts[] | QueryError;

/** How many statements a tick's calls are at most if the database refuses values of some. */
const MOST_STATEMENTS = 64;

/** Errors that can be those of one lookup's values: data exceptions, checks of domains, and RAISE in a function. */
const OF_VALUES = /^(22|23|P0)/;

const IN_FAILED_TRANSACTION = '25P02';

/** Values that are encoded already. */
const encodedList = list<string | Uint8Array>({
  decode: (text) => text,
  encode: (value) => (typeof value === 'string' ? value : encodeHex(value)),
});

/** Gives a query `load`; `sql` is its text for arrays of parameters, with the number of the lookup behind each row. */
export function loadable<Params, Row, Result, V extends KnownViolations = NoViolations>(
  query: ReadOnlyQuery<Params, Row, Result, V>,
  sql: string,
): Loadable<Params, Row, Result, V> {
  const waiting = new WeakMap<object, Waiting>();
  let bind: ((params: unknown) => BoundStatement) | undefined;

  async function load(
    db: Connection | ReadOnlyConnection,
    params: Params,
    options?: undefined,
  ): Promise<Result> {
    assertConnection(db, `${query.name}.load`);
    if (options !== undefined) {
      throw new TypeError(`${query.name}.load takes no options: others wait for the same statement`);
    }
    const { origin, read, resultOf } = query.with(params);
    // Conditions are not omitted here: for each lookup it may be another one.
    bind ??= statementOf(origin as QueryDefinition);
    const statement = bind(params);
    const { lookups, outcomes } = waitingOver(
      db as Connection,
      origin as QueryDefinition,
      read?.check ?? null,
    );
    const key = JSON.stringify(statement.values.map((value) => (value === null ? null : textOf(value))));
    const { index } = lookups.get(key) ?? { index: lookups.size };
    lookups.set(key, { statement, index });
    // Each caller has objects of its own.
    const outcome = (await outcomes)[index] ?? [];
    if (outcome instanceof QueryError) {
      throw outcome;
    }
    const own = outcome.map((texts) => (read as RowReader<unknown>)(texts));
    return resultOf(own, own.length);
  }

  function waitingOver(db: Connection, definition: QueryDefinition, check: ColumnCheck | null): Waiting {
    const known = waiting.get(db);
    if (known !== undefined) {
      return known;
    }
    const lookups: Waiting['lookups'] = new Map();
    const outcomes = endOfTick().then(() => {
      waiting.delete(db);
      let left = MOST_STATEMENTS;
      return outcomesOf([...lookups.values()].map(({ statement }) => statement));

      /** Of lookups that fail together each half by itself: the values of some need not be those of all. */
      async function outcomesOf(some: readonly BoundStatement[]): Promise<readonly Outcome[]> {
        left -= 1;
        try {
          return await rowsOf(db, definition, check, some);
        } catch (error) {
          const failure = toQueryError(definition, error);
          const code = (failure as { code?: string }).code ?? '';
          const all = some.map(() => failure);
          if (some.length === 1 || !OF_VALUES.test(code) || adapterOf(db)?.inTransaction === true) {
            return all;
          }
          const middle = some.length >> 1;
          const halves: Outcome[] = [];
          for (const half of [some.slice(0, middle), some.slice(middle)]) {
            const found = left > 0 ? await outcomesOf(half) : half.map(() => failure);
            // A transaction that its connection does not tell of has ended with the first failure.
            if ((found[0] as { code?: string }).code === IN_FAILED_TRANSACTION) {
              return all;
            }
            halves.push(...found);
          }
          return halves;
        }
      }
    });
    const added = { lookups, outcomes };
    waiting.set(db, added);
    return added;
  }

  async function rowsOf(
    db: Connection,
    definition: QueryDefinition,
    check: ColumnCheck | null,
    lookups: readonly BoundStatement[],
  ): Promise<readonly Texts[][]> {
    const width = lookups[0]?.values.length ?? 0;
    const values = Array.from({ length: width }, (_, i) =>
      encodedList.encode(lookups.map((one) => one.values[i] ?? null)),
    );
    const statement: BoundStatement = {
      origin: definition,
      name: statementName(`${definition.name}_load`, sql),
      text: sql,
      values,
      lookups,
    };
    const read: RowReader<Texts> = Object.assign((texts: Texts) => texts, {
      check: check && (((fields) => check(fields.slice(0, -1))) satisfies ColumnCheck | null),
    });
    const rows = lookups.map((): Texts[] => []);
    for (const texts of (await executeCurrent(db, statement, read)).rows) {
      rows[Number(texts.at(-1)) - 1]?.push(texts.slice(0, -1));
    }
    return rows;
  }

  return Object.assign(query, { load });
}

function textOf(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : encodeHex(value);
}

/** Resolves when all promises that can be settled have been: calls that these lead to are of the same tick. */
async function endOfTick(): Promise<void> {
  await null;
  const { process } = globalThis as { process?: { nextTick?(run: () => void): void } };
  await new Promise<void>((resolve) => {
    if (process?.nextTick) {
      process.nextTick(resolve);
    } else {
      setTimeout(resolve, 0);
    }
  });
}
