import type { Attribute, Catalog, Relation } from '../analysis/catalog/catalog.ts';
import { isRewritten } from '../analysis/catalog/updatable.ts';
import { userTables } from '../analysis/catalog/user-tables.ts';
import { holdsJson, readColumnComment, withCommentType } from '../analysis/column-comment.ts';
import { describedValue } from '../analysis/facts.ts';
import { noNullElements, tableElementLiterals } from '../analysis/literals/column.ts';
import { columnLiterals } from '../analysis/literals.ts';
import { columnRestriction } from '../analysis/parameters/restriction.ts';
import type { Value } from '../analysis/type.ts';

/** What the rows of a table are. */
export interface RowModel {
  readonly schema: string;
  readonly name: string;
  /** In the order of the table. */
  readonly columns: readonly MadeColumn[];
}

export interface MadeColumn {
  readonly name: string;
  readonly value: Value;
  /** Whether an INSERT can name it. */
  readonly isWritten: boolean;
  readonly comment: string | null;
}

/** The tables that rows can be made in, sorted by schema and name: a partition's are those of its table. */
export function rowModels(catalog: Catalog): readonly RowModel[] {
  const tables = userTables(catalog);
  const partitions = new Set(tables.flatMap(({ kind, children }) => (kind === 'p' ? children : [])));
  return tables
    .filter((relation) => !partitions.has(relation.oid) && !isRewritten(relation, 'insert'))
    .map((relation) => ({
      schema: relation.schema,
      name: relation.name,
      columns: [...relation.columns.values()].map((column) => rowColumn(relation, column, catalog)),
    }));
}

function rowColumn(relation: Relation, column: Attribute, catalog: Catalog): MadeColumn {
  const { number, name, type, notNull, generated } = column;
  const nullable = !notNull && columnRestriction(relation, number, 'insert', catalog).refusesNull !== true;
  const literals = columnLiterals(relation, number, catalog);
  const elements = tableElementLiterals(relation, number, catalog);
  const value = describedValue(catalog, type, {
    nullable,
    ...(literals !== null && { literals }),
    ...((elements !== null || noNullElements(relation, number, catalog)) && {
      element: { nullable: false, ...(elements !== null && { literals: elements }) },
    }),
  });
  const comment = readColumnComment(column.comment);
  return {
    name,
    value: withCommentType(value, comment.type),
    isWritten: generated === '',
    comment: holdsJson(value.type) ? comment.text : column.comment,
  };
}
