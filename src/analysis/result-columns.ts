import type { AnalysedQuery, Column } from './analysed-query.ts';
import { baseType } from './catalog/base-type.ts';
import { type Catalog, LAST_BUILT_IN_OID } from './catalog/catalog.ts';
import { holdsJson, readColumnComment, withCommentType } from './column-comment.ts';
import { describedValue, type Facts, unknownFacts } from './facts.ts';
import { withShape } from './json-shape/described.ts';
import { builtShapes } from './json-shape.ts';
import { type ResultLiterals, resultLiterals } from './literals.ts';
import type { ResultField } from './marks.ts';
import { columnFacts } from './nullability.ts';
import type { QueryNode } from './tree/nodes.ts';
import type { JsonShape } from './type.ts';
import { discriminated, valueIn } from './variants.ts';

/**
 * What is known of the columns that a statement returns.
 * @param fields as the server describes them, without the marks of their aliases
 * @param params what the callers of `$1`, `$2`, ... keep to
 * @param contents see Asked
 */
export function resultColumns(
  query: QueryNode,
  fields: readonly ResultField[],
  catalog: Catalog,
  params: readonly Facts[],
  contents: boolean,
): Pick<AnalysedQuery, 'columns' | 'variants'> {
  const columns = columnsOf(query, fields, catalog, params, contents);
  if (!contents) return { columns };
  const found = discriminated(
    query,
    catalog,
    columns.map(({ value }) => value),
  );
  if (found === null) return { columns };
  const members = [...found.parts].map(([value, part]) => {
    const own = columnsOf(part, fields, catalog, params, contents);
    return {
      value,
      columns: columns.map((whole, i) => {
        const narrowed = valueIn(part, i, catalog, whole.value, own[i]?.value ?? whole.value);
        return { ...whole, value: i === found.column ? { ...narrowed, literals: [value] } : narrowed };
      }),
    };
  });
  // Kinds of rows that differ in nothing else are one.
  const rests = members.map((member) => JSON.stringify(member.columns.toSpliced(found.column, 1)));
  if (new Set(rests).size === 1) return { columns };
  return { columns, variants: { discriminant: found.column, members } };
}

function columnsOf(
  query: QueryNode,
  fields: readonly ResultField[],
  catalog: Catalog,
  params: readonly Facts[],
  contents: boolean,
): readonly Column[] {
  const literals = contents ? resultLiterals(query, catalog) : [];
  const facts = columnFacts(query, catalog, params).map((proven, i) => withLiterals(proven, literals[i]));
  const shapes = contents ? builtShapes(query, catalog, params) : [];
  return fields.map((field, i) => resultColumn(catalog, field, facts[i] ?? unknownFacts, shapes[i] ?? null));
}

function withLiterals(facts: Facts, found: ResultLiterals | undefined): Facts {
  return {
    ...facts,
    ...(found?.own && { literals: found.own }),
    ...(found?.element && { element: { ...(facts.element ?? unknownFacts), literals: found.element } }),
  };
}

/**
 * A column as the server describes it, with what is proven of it.
 * @param json how to_json writes it, for JSON, records and arrays of them; null if that is unknown
 */
export function resultColumn(
  catalog: Catalog,
  field: ResultField,
  facts: Facts,
  json: JsonShape | null,
): Column {
  const { name, markedNullable } = field;
  const proven = markedNullable === null ? facts : { ...facts, nullable: markedNullable };
  const relation = catalog.relations.get(field.tableID);
  const attribute = relation?.columns.get(field.columnID);
  // The server describes a domain as what is below it (SendRowDescriptionMessage in printtup.c).
  const domain = attribute !== undefined && baseType(catalog, attribute.type) === field.dataTypeID;
  const value = describedValue(catalog, domain ? attribute.type : field.dataTypeID, proven);
  const comment = readColumnComment(attribute?.comment ?? null);
  return {
    name,
    value: withCommentType(json === null ? value : withShape(value, json), comment.type),
    source:
      relation === undefined || attribute === undefined
        ? null
        : { schema: relation.schema, table: relation.name, column: attribute.name },
    comment: holdsJson(value.type) ? comment.text : (attribute?.comment ?? null),
    described: {
      name: name + (markedNullable === null ? '' : markedNullable ? '?' : '!'),
      type: field.dataTypeID <= LAST_BUILT_IN_OID ? field.dataTypeID : 0,
    },
  };
}
