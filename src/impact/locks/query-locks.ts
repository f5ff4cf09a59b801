import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import { causedBy } from '../rules/caused.ts';
import type { Rules } from '../rules/rules.ts';
import { isStronger, type QueryLockMode } from './lock-mode.ts';

/** The tables and views that a query locks, by tableKey. */
export type QueryLocks = ReadonlyMap<string, QueryLockMode>;

/** What decides which further tables a query locks. */
export type TableLinks = Pick<Rules, 'references' | 'children'>;

export function tableKey(schema: string, table: string): string {
  return JSON.stringify([schema, table]);
}

/**
 * What a query locks while it runs: tables and views that it reads or writes, their partitions and the tables that
 * inherit from them, and those on the other side of foreign keys. Not what triggers and functions in other languages do.
 */
export function locksOfQuery(query: AnalysedQuery, links: TableLinks): QueryLocks {
  const locks = new Map<string, QueryLockMode>();
  const put = (schema: string, table: string, mode: QueryLockMode) => {
    const known = locks.get(tableKey(schema, table));
    if (known !== undefined && !isStronger(mode, known)) return;
    locks.set(tableKey(schema, table), mode);
    for (const link of links.children)
      if (link.schema === schema && link.table === table) put(link.childSchema, link.childTable, mode);
  };
  const reading = locksRows(query) ? 'ROW SHARE' : 'ACCESS SHARE';
  for (const { schema, table } of query.reads) put(schema, table, reading);
  for (const { schema, table } of query.writes) put(schema, table, 'ROW EXCLUSIVE');
  for (const { event, schema, table, columns } of causedBy(query.operations ?? [], links)) {
    put(schema, table, 'ROW EXCLUSIVE');
    for (const key of links.references) {
      const refers = key.schema === schema && key.table === table;
      const isReferred = key.referencedSchema === schema && key.referencedTable === table;
      const changes = (names: readonly string[]) => names.some((name) => columns.includes(name));
      if (refers && (event === 'insert' || (event === 'update' && changes(key.columns))))
        put(key.referencedSchema, key.referencedTable, 'ROW SHARE');
      if (isReferred && (event === 'delete' || (event === 'update' && changes(key.referencedColumns))))
        put(key.schema, key.table, 'ROW SHARE');
    }
  }
  return locks;
}

/**
 * Whether a query waits for a transaction that has changed the rows it needs: it changes or locks rows of the table, or,
 * where rows may have been deleted, refers to them by a foreign key.
 */
export function needsRows(
  query: AnalysedQuery,
  links: TableLinks,
  changed: { readonly schema: string; readonly table: string; readonly deleted: boolean },
): boolean {
  const is = (one: { readonly schema: string; readonly table: string }) =>
    one.schema === changed.schema && one.table === changed.table;
  const operations = causedBy(query.operations ?? [], links);
  if (operations.some((one) => one.event !== 'insert' && is(one))) return true;
  if (locksRows(query) && query.reads.some(is)) return true;
  return changed.deleted && operations.some((one) => one.event !== 'delete' && refersTo(one, links, is));
}

function refersTo(
  { schema, table }: { readonly schema: string; readonly table: string },
  { references }: TableLinks,
  is: (one: { readonly schema: string; readonly table: string }) => boolean,
): boolean {
  return references.some(
    (key) =>
      key.schema === schema &&
      key.table === table &&
      is({ schema: key.referencedSchema, table: key.referencedTable }),
  );
}

function locksRows({ statement }: AnalysedQuery): boolean {
  return /\bfor\s+(no\s+key\s+update|key\s+share|update|share)\b/i.test(statement.sql);
}
