import type { Catalog, Relation } from '../catalog/catalog.ts';
import { anything, type Facts, type FieldFacts } from '../facts.ts';
import type { RowExpr } from '../tree/nodes.ts';
import { withNullable } from './join-facts.ts';

/** A field of a row, by its number; of a row that is NULL it is NULL too. */
export function fieldFacts(row: Facts, number: number): Facts {
  const field = row.fields?.find((one) => one.number === number)?.facts;
  return field === undefined ? anything : withNullable(field, field.nullable || row.nullable);
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
  return (row.args ?? []).map((_, i) => anonymous(i + 1, of(i + 1)));
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
  return columnsOf(relation, (number) => named.get(relation.columns.get(number)?.name ?? '') ?? anything);
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

/** Records have no names that their values carry. */
export function anonymous(number: number, facts: Facts): FieldFacts {
  return { number, name: '', type: 0, facts };
}

function relationOf(type: number, catalog: Catalog): Relation | undefined {
  return catalog.relations.get(catalog.types.get(type)?.relation ?? 0);
}
