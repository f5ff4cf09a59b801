import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import { alternativeTo } from './alternative.ts';
import { lineFinder } from './line-finder.ts';
import { isBlocking, type LockMode, type QueryLockMode, waitsFor } from './lock-mode.ts';
import type { ObservedStatement, RelationEffect } from './observe.ts';
import { locksOfQuery, needsRows, type QueryLocks, type TableLinks, tableKey } from './query-locks.ts';
import { changesRowsOf, displayedName, isOwnMatter, type TableWork, tableOf, workOf } from './table-work.ts';

export interface QueryPlace {
  readonly name: string;
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  readonly line: number;
}

/** A statement of a migration that queries wait for, or that takes long on a table that existed before. */
export interface LockingStatement {
  /** 1-based, in the migration's file; null where a program made the statement. */
  readonly line: number | null;
  /** In one line, and cut off where it is long. */
  readonly statement: string;
  /** The locks that it takes and a query can wait for; where a table is locked for all, its indexes are omitted. */
  readonly locks: readonly RelationLock[];
  /** Whether the migration limits how long it waits for a lock; where it does not, all that come later wait behind it. */
  readonly lockTimeout: boolean;
  readonly work: readonly TableWork[];
  /** The large tables that it works on while queries wait. */
  readonly large: readonly string[];
  /** The tables and indexes that earlier statements of the transaction have locked, where it does work meanwhile. */
  readonly lockedBefore: readonly RelationLock[];
  /** Later statements of the transaction that do work while its locks are held. */
  readonly heldDuring: readonly HeldDuring[];
  /** Whether its locks last no longer than it takes to change the catalogs. */
  readonly brief: boolean;
  /** The queries that wait for the locks that are held while it runs. */
  readonly waiting: readonly QueryPlace[];
  /** Those that use the same tables and do not wait. */
  readonly goingOn: readonly QueryPlace[];
  /** Those that wait only where they change, or refer to, the same rows. */
  readonly waitingForRows: readonly QueryPlace[];
  /** What does the same with less waiting; null where nothing is known. */
  readonly instead: string | null;
}

export interface RelationLock {
  readonly relation: string;
  /** The table that an index is of; of anything else its own name. */
  readonly table: string;
  readonly mode: LockMode;
}

export interface HeldDuring {
  readonly line: number | null;
  readonly work: readonly TableWork[];
}

/** The queries of the running code on the schema before the migration. */
export interface RunningQueries {
  readonly queries: Iterable<AnalysedQuery>;
  readonly links: TableLinks;
  /** Tells which sequences a query draws from; asked only where one is locked. */
  readonly drawn: () => (
    query: AnalysedQuery,
  ) => readonly { readonly schema: string; readonly name: string }[];
}

/**
 * Says who waits for the statements of a migration, and for how long: a lock lasts to the end of the transaction.
 * @param text the migration's file
 * @param large the names of large tables
 */
export function lockingStatements(
  observed: readonly ObservedStatement[],
  running: RunningQueries,
  text: string,
  large: ReadonlySet<string>,
): readonly LockingStatement[] {
  const isOfSequence = observed.some(({ relations }) =>
    relations.some((effect) => effect.relation.kind === 'sequence' && blocks(effect)),
  );
  const drawnBy = isOfSequence ? running.drawn() : () => [];
  const queries = [...running.queries].map((query) => {
    const locks = locksOfQuery(query, running.links);
    const drawn = drawnBy(query).map(({ schema, name }) => tableKey(schema, name));
    return { query, locks: new Map([...locks, ...drawn.map((key) => [key, 'ROW EXCLUSIVE'] as const)]) };
  });
  const lines = lineFinder(text);
  const steps = observed.map((statement) => ({ statement, work: workOf(statement) }));
  return steps.flatMap(({ statement, work }, index): LockingStatement[] => {
    const blocking = withoutCoveredIndexes(statement.relations.filter(blocks));
    const taken = blocking.filter((one) => one.taken);
    const before = work.length === 0 ? [] : blocking.filter((one) => !one.taken);
    const isReported = taken.length > 0 || before.length > 0 || work.some(isOwnMatter(statement));
    if (!isReported) return [];
    const later = steps
      .slice(index + 1)
      .filter((next) => next.statement.transaction === statement.transaction && next.work.length > 0);
    const heldDuring =
      taken.length === 0
        ? []
        : later.map((next) => ({ line: lines(next.statement.offset), work: next.work }));
    const held = [...taken, ...before];
    const found = {
      line: lines(statement.offset),
      statement: inOneLine(statement.sql),
      locks: taken.map(lockOf),
      lockTimeout: statement.lockTimeout,
      work,
      large: largeOf(held.length > 0 ? work : work.filter(({ kind }) => kind === 'writes'), large),
      lockedBefore: before.map(lockOf),
      heldDuring,
      brief: work.length === 0 && heldDuring.length === 0,
      ...waitingFor(held, statement, queries, running.links),
    };
    return [{ ...found, instead: found.brief ? null : alternativeTo(statement.sql, work) }];
  });
}

function largeOf(work: readonly TableWork[], large: ReadonlySet<string>): readonly string[] {
  return [...new Set(work.map(({ table }) => table).filter((table) => large.has(table)))];
}

/** An index in any weaker mode blocks only sessions that wait for the table. */
function blocks({ relation, held }: RelationEffect): boolean {
  return relation.kind === 'index' ? held === 'ACCESS EXCLUSIVE' : isBlocking(held);
}

function withoutCoveredIndexes(effects: readonly RelationEffect[]): readonly RelationEffect[] {
  const tables = effects.filter(
    ({ relation, held }) => relation.kind !== 'index' && held === 'ACCESS EXCLUSIVE',
  );
  const closed = new Set(tables.map(({ relation }) => tableOf(relation)));
  return effects.filter(({ relation }) => relation.kind !== 'index' || !closed.has(tableOf(relation)));
}

function lockOf({ relation, held }: RelationEffect): RelationLock {
  return { relation: displayedName(relation), table: tableOf(relation), mode: held };
}

interface LockingQuery {
  readonly query: AnalysedQuery;
  readonly locks: QueryLocks;
}

function waitingFor(
  held: readonly RelationEffect[],
  { relations, sql }: ObservedStatement,
  queries: readonly LockingQuery[],
  links: TableLinks,
): Pick<LockingStatement, 'waiting' | 'goingOn' | 'waitingForRows'> {
  const wanted = ({ relation }: RelationEffect, { locks }: LockingQuery): QueryLockMode | undefined =>
    locks.get(tableKey(relation.schema, relation.table));
  const waits = (one: LockingQuery) =>
    held.some((effect) => {
      const mode = wanted(effect, one);
      return mode !== undefined && waitsFor(mode, effect.held);
    });
  const users = queries.filter((one) => held.some((effect) => wanted(effect, one) !== undefined));
  const waiting = new Set(users.filter(waits));
  const deleted = /\b(delete|merge)\b/i.test(sql);
  const changed = relations.filter((effect) => changesRowsOf(effect, sql)).map(({ relation }) => relation);
  const forRows = queries.filter(
    (one) =>
      !waiting.has(one) &&
      changed.some(({ schema, table }) => needsRows(one.query, links, { schema, table, deleted })),
  );
  return {
    waiting: [...waiting].map(queryPlace),
    goingOn: users.filter((one) => !waiting.has(one)).map(queryPlace),
    waitingForRows: forRows.map(queryPlace),
  };
}

function queryPlace({ query: { statement } }: LockingQuery): QueryPlace {
  const { name, file, line } = statement;
  return { name, file, line };
}

function inOneLine(sql: string): string {
  const text = sql.replaceAll(/\s+/g, ' ').trim();
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
