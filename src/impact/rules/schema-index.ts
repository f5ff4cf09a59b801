import type { Causes } from './caused.ts';
import { lastWord } from './mentions.ts';
import type { Routine, Rule, Rules, TableColumn } from './rules.ts';

/** What a schema has, by names. */
export interface SchemaIndex {
  /** By `schema.table`, then by name. */
  readonly present: ReadonlyMap<string, ReadonlyMap<string, TableColumn>>;
  readonly causes: Causes;
  /** Functions and views by their keys, and by the last word of their names. */
  readonly routines: ReadonlyMap<string, readonly Routine[]>;
  readonly routinesByWord: ReadonlyMap<string, readonly Routine[]>;
  /** By `schema.table`. */
  readonly demands: ReadonlyMap<string, readonly Rule[]>;
}

export function schemaIndex(rules: Rules): SchemaIndex {
  return {
    present: new Map(
      [...groupedByTable(rules.columns, (column) => column)].map(([table, all]) => [
        table,
        new Map(all.map((column) => [column.column, column])),
      ]),
    ),
    causes: rules,
    routines: groupedBy(rules.routines, ({ key }) => key),
    routinesByWord: groupedBy(rules.routines, ({ name }) => lastWord(name)),
    demands: groupedByTable(rules.rules, (rule) => rule),
  };
}

export function groupedByTable<T>(
  changes: readonly T[],
  of: (change: T) => { readonly schema: string; readonly table: string },
): ReadonlyMap<string, readonly T[]> {
  return groupedBy(changes, (change) => {
    const { schema, table } = of(change);
    return `${schema}.${table}`;
  });
}

export function groupedBy<T>(all: readonly T[], key: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group === undefined) groups.set(key(one), [one]);
    else group.push(one);
  }
  return groups;
}
