import type { Catalog, Relation } from '../catalog/catalog.ts';
import { type Facts, type FieldFacts, unknownFacts } from '../facts.ts';
import { typeOf } from '../row-columns.ts';
import type { RowExpr } from '../tree/nodes.ts';
import { withNullable } from './join-facts.ts';

/** A field of a row, by its number; of a row that is NULL it is NULL too. */
export function fieldFacts(row: Facts, number: number): Facts {
  const field = row.fields?.find((one) => one.number === number)?.facts;
  return field === undefined ? unknownFacts : withNullable(field, field.nullable || row.nullable);
}

/** The fields of ROW(a, b), of a composite type or none. */
export function constructedFields(
  row: RowExpr,
  catalog: Catalog,
  of: (number: number) => Facts,
): readonly FieldFacts[] {
  const relation = relationOf(row.row_typeid, catalog);
  // A type may have got further attributes since a view was made: they are NULL (ExecInitExprRec, execExpr.c).
  if (relation !== undefined) return columnsOf(relation, of);
  const names = row.colnames ?? [];
  // As ROW(...) calls them, which is written nowhere.
  const unnamed = names.every((name, i) => name === `f${i + 1}`);
  return bounded(
    (row.args ?? []).map((arg, i) => ({
      number: i + 1,
      name: unnamed ? '' : (names[i] ?? ''),
      type: typeOf(arg, catalog),
      facts: of(i + 1),
    })),
  );
}

/** The fields of a row that is converted to the row type of a table that its own inherits from: by their names. */
export function convertedFields(
  row: Facts,
  type: number,
  catalog: Catalog,
): readonly FieldFacts[] | undefined {
  const relation = relationOf(type, catalog);
  if (relation === undefined || row.fields === undefined) return undefined;
  const named = new Map(row.fields.map(({ name, facts }) => [name, facts]));
  return columnsOf(relation, (number) => named.get(relation.columns.get(number)?.name ?? '') ?? unknownFacts);
}

/** All columns of a relation, in order. */
export function columnsOf(relation: Relation, of: (number: number) => Facts): readonly FieldFacts[] {
  return Array.from(relation.columns.values(), ({ number, name, type }) => ({
    number,
    name,
    type,
    facts: of(number),
  }));
}

const sizes = new WeakMap<readonly FieldFacts[], number>();

/** How many fields there are, with those of rows in them. */
function sizeOf(facts: Facts): number {
  if (facts.element !== undefined) return sizeOf(facts.element);
  if (facts.fields === undefined) return 0;
  let size = sizes.get(facts.fields);
  if (size === undefined) {
    size = facts.fields.reduce((sum, field) => sum + 1 + sizeOf(field.facts), 0);
    sizes.set(facts.fields, size);
  }
  return size;
}

// Rows within rows that are used twice grow exponentially.
const MOST_FIELDS = 2000;

/** The fields of a record; where there are too many nothing is told of those within them. */
export function bounded(fields: readonly FieldFacts[]): readonly FieldFacts[] {
  if (sizeOf({ nullable: false, fields }) <= MOST_FIELDS) return fields;
  return fields.map(({ facts, ...field }) => ({ ...field, facts: { nullable: facts.nullable } }));
}

function relationOf(type: number, catalog: Catalog): Relation | undefined {
  return catalog.relations.get(catalog.types.get(type)?.relation ?? 0);
}
