import type { SchemaNames } from '../analysis/catalog/names.ts';
import type { Config } from '../project/config.ts';
import { suggest } from '../sql/identifiers.ts';
import { mappedTypes } from './codec-table.ts';
import { standardTypeNames } from './override.ts';

/** A key of the configuration's `types` that changes no type. */
export interface UnknownType {
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * Finds the keys of `types` that name neither a type nor a column, for example after a column was renamed: what they ask
 * for would be missing in the generated code silently. Columns of the system schemas are not judged: each major
 * version of Postgres has others, and one configuration may serve several.
 */
export function unknownTypes({ types }: Config, names: SchemaNames): readonly UnknownType[] {
  const spellings = new Set([...mappedTypes, ...standardTypeNames]);
  return Object.keys(types).flatMap((key) => {
    if (spellings.has(key) || names.types.has(key)) return [];
    const isColumn = splits(key).length > 1;
    if (isColumn && /^(pg_catalog|information_schema)\./.test(key)) return [];
    if (splits(key).some(([table, column]) => names.columns.get(table)?.includes(column))) return [];
    return [isColumn ? unknownColumn(key, names) : unknownType(key, names, spellings)];
  });
}

/** Every way to read a key as a table and its column: either may have a dot in its name. */
function splits(key: string): readonly (readonly [table: string, column: string])[] {
  return Array.from(key.matchAll(/\./g), ({ index }) => [key.slice(0, index), key.slice(index + 1)]);
}

function unknownColumn(key: string, { columns }: SchemaNames): UnknownType {
  const last = key.lastIndexOf('.');
  const [table, column] = splits(key).find(([name]) => columns.has(name)) ?? [
    key.slice(0, last),
    key.slice(last + 1),
  ];
  const here = columns.get(table);
  const suggestion = here
    ? suggest(column, here)
    : suggest(
        table,
        [...columns].flatMap(([name, own]) => (own.includes(column) ? [name] : [])),
      );
  const suggested = suggestion === null ? null : here ? `${table}.${suggestion}` : `${suggestion}.${column}`;
  return {
    key,
    message: here ? `${table} has no column ${column}` : `there is no table or view ${table}`,
    hint: didYouMean(suggested) ?? 'Rename the key with the column, or remove it.',
  };
}

function unknownType(key: string, { types, columns }: SchemaNames, spellings: Iterable<string>): UnknownType {
  const withoutSchema = [...columns].flatMap(([table, own]) => own.map((column) => `${table}.${column}`));
  const suggestion =
    withoutSchema.find((column) => key.includes('.') && column.endsWith(`.${key}`)) ??
    suggest(key, [...spellings, ...types]);
  return {
    key,
    message: `there is no type ${key}`,
    hint:
      didYouMean(suggestion) ?? 'A key is a type (name or schema.name) or a column (schema.table.column).',
  };
}

function didYouMean(suggestion: string | null): string | null {
  return suggestion === null ? null : `Did you mean "${suggestion}"?`;
}
