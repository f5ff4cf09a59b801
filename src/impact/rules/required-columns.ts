import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import type { Rule, Rules, TableColumn } from './rules.ts';

/** Whether a row cannot be inserted without a value for it. */
export function isRequiredColumn({ notNull, default: value, automatic }: TableColumn): boolean {
  return notNull && value === null && !automatic;
}

/** Tables, as `schema.table`, with a trigger that may give a row what an INSERT or UPDATE omits. */
export function filledTables({ rules }: Rules, event: 'insert' | 'update' = 'insert'): ReadonlySet<string> {
  const filling = rules.filter((rule) => isFilling(rule, event));
  return new Set(filling.map(({ schema, table }) => `${schema}.${table}`));
}

function isFilling({ kind, events, definition }: Rule, event: 'insert' | 'update'): boolean {
  return kind === 'trigger' && events.includes(event) && / BEFORE /.test(definition);
}

/** Says of a query which required columns its INSERTs omit, so that every call fails. */
export function missingColumns(rules: Rules): (query: AnalysedQuery) => readonly TableColumn[] {
  const filled = filledTables(rules);
  const required = new Map<string, TableColumn[]>();
  for (const column of rules.columns) {
    const table = `${column.schema}.${column.table}`;
    if (isRequiredColumn(column) && !filled.has(table))
      required.set(table, [...(required.get(table) ?? []), column]);
  }
  return ({ operations = [] }) =>
    operations
      .filter(({ event }) => event === 'insert')
      .flatMap(({ schema, table, columns }) =>
        (required.get(`${schema}.${table}`) ?? []).filter(({ column }) => !columns.includes(column)),
      );
}
