import type { Relation } from '../catalog/catalog.ts';
import type { QueryNode } from '../tree/nodes.ts';
import type { RowValue } from './equalities.ts';
import { columnValue, type Proof, type QueryUse, writtenValue } from './query-use.ts';

/** The result columns of a query that are the owner in all of its rows. */
export type OwnerColumns = ReadonlySet<number>;

/** A row of a table that a use of a query reads, or the one that it writes. */
export interface TableRow {
  readonly use: QueryUse;
  readonly varno: number;
  readonly isWritten: boolean;
}

/** What a policy may limit: the rows that a command finds, or those that it writes. */
export type Limit = 'select' | 'update' | 'delete' | 'inserted' | 'updated';

/** What the proof knows while it goes through a statement. */
export interface Knowledge extends Proof {
  /** By the relation's OID: the rows of it that are considered. */
  readonly tables: Map<number, Map<string, TableRow>>;
  /** Of a recursive WITH query: the columns that are assumed to be the owner in its own rows. */
  readonly assumed: Map<QueryNode, OwnerColumns>;
  readonly known: Map<QueryUse, OwnerColumns>;
  readonly recursions: Map<QueryUse, OwnerColumns>;
  /** Whether row-level security limits what is found or written of a table to the owner. */
  readonly isLimited: (relation: Relation, limit: Limit) => boolean;
  /** How many recursions are being worked out, one within the other. */
  recursing: number;
}

/** A row of a table is considered. */
export function noteRow(relation: number, row: TableRow, { tables }: Knowledge): void {
  const rows = tables.get(relation) ?? new Map<string, TableRow>();
  rows.set(`${row.use.id}.${row.varno}.${row.isWritten}`, row);
  tables.set(relation, rows);
}

/** What a column of a row is. */
export function columnOf({ use, varno, isWritten }: TableRow, column: number): RowValue {
  return isWritten ? writtenValue(use, column) : columnValue(use, varno, column);
}
