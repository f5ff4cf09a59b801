import { relationName } from '../relation-name.ts';
import type { LockedRelation, ObservedStatement, RelationEffect } from './observe.ts';

/** What takes long on a large table. */
export interface TableWork {
  /**
   * - rewrites: all rows and indexes of the table are written anew
   * - builds: an index is built, for which all rows are read
   * - reads: all rows are read
   * - writes: all rows are read to change some or all; until the transaction ends, who changes the same rows waits
   */
  readonly kind: 'rewrites' | 'builds' | 'reads' | 'writes';
  readonly table: string;
  /** The index that is built; null for other work. */
  readonly index: string | null;
  /** Whether it is so on every table; false: only where no index finds the rows that are wanted. */
  readonly certain: boolean;
}

/** Reading what is not locked, as SELECT does, blocks nothing. */
export function isOwnMatter({ sql }: ObservedStatement): (work: TableWork) => boolean {
  const isPlanned = planned.test(sql);
  return ({ kind }) => kind !== 'reads' || !isPlanned;
}

/** Statements that Postgres plans: on an empty table it may choose another way to the rows than on a large one. */
const planned =
  /^(select|with|values|table|insert|update|delete|merge|copy|do|call|refresh|execute|explain|create\b(?=.*\bas\b))\b/is;
const changing = /\b(update|delete|merge)\b/i;

export function workOf(statement: ObservedStatement): readonly TableWork[] {
  const { sql, relations, builds } = statement;
  const found: TableWork[] = [];
  const put = (kind: TableWork['kind'], table: string, index: string | null, certain: boolean) => {
    const includes = found.some((one) => one.table === table && (one.kind === 'rewrites' || index === null));
    if (!includes) found.push({ kind, table, index, certain });
  };
  // A sequence has one row.
  for (const { relation, rewritten } of relations)
    if (rewritten && relation.kind !== 'index' && relation.kind !== 'sequence')
      put('rewrites', displayedName(relation), null, true);
  for (const { relation, rewritten } of relations)
    if (rewritten && relation.kind === 'index')
      put('builds', tableOf(relation), displayedName(relation), true);
  for (const { table, ...index } of builds) put('builds', displayedName(table), displayedName(index), true);
  const certain = !planned.test(sql) || /^(update|delete)\b(?!.*\bwhere\b)/is.test(sql);
  for (const effect of relations) {
    if (!effect.scanned) continue;
    put(changesRowsOf(effect, sql) ? 'writes' : 'reads', displayedName(effect.relation), null, certain);
  }
  return found;
}

/** Whether a statement has changed rows that were there before, as far as its text says it may have. */
export function changesRowsOf({ relation, held, scanned }: RelationEffect, sql: string): boolean {
  return scanned && relation.kind === 'table' && held === 'ROW EXCLUSIVE' && changing.test(sql);
}

/** A relation's name, with its schema unless that is `public`. */
export function displayedName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return relationName({ schema, table: name });
}

/** The name of the table that an index is of; of anything else its own. */
export function tableOf({ schema, table }: LockedRelation): string {
  return relationName({ schema, table });
}
