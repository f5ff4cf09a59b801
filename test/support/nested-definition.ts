import type { AnalysedQuery, NestedField } from '../../src/analysis/analysed-query.ts';
import { type NestedDefinition, type NestedFields, text } from '../../src/runtime/index.ts';

/** The definition that a module has of a query with dotted aliases, but with all values as texts. */
export function nestedDefinition({ statement, columns, nesting }: AnalysedQuery): NestedDefinition {
  if (nesting === undefined) throw new Error(`${statement.name} has no dotted aliases`);
  return {
    name: statement.name,
    file: statement.file,
    sql: statement.sql,
    params: [],
    columns: columns.map(({ name }) => [name, text]),
    nested: { ...nesting, fields: fieldsOf(nesting.fields) },
  };
}

function fieldsOf(fields: readonly NestedField[]): NestedFields {
  return Object.fromEntries(
    fields.map((field) => {
      if (field.kind === 'column') return [field.name, field.column];
      const present = field.present === null ? {} : { present: field.present };
      if (field.kind === 'object') return [field.name, { of: fieldsOf(field.fields), ...present }];
      const of = 'column' in field.of ? field.of.column : fieldsOf(field.of);
      const key = field.key && { key: field.key };
      return [field.name, { of, list: true, ...present, ...key }];
    }),
  );
}

/** Where a value does not keep what is declared of it: a path; null if it does. */
export function brokenPromise(value: unknown, fields: readonly NestedField[], path = ''): string | null {
  for (const field of fields) {
    const own = (value as Readonly<Record<string, unknown>>)[field.name];
    const here = `${path}.${field.name}`;
    if (field.kind === 'column') {
      if (own === null && !field.nullable) return here;
    } else if (field.kind === 'object') {
      if (own === null && field.present === null) return here;
      const inside = own === null ? null : brokenPromise(own, field.fields, here);
      if (inside !== null) return inside;
    } else {
      for (const element of own as readonly unknown[]) {
        const { of } = field;
        if ('column' in of ? element === null && !of.nullable : false) return `${here}[]`;
        const inside = 'column' in of ? null : brokenPromise(element, of, `${here}[]`);
        if (inside !== null) return inside;
      }
    }
  }
  return null;
}
