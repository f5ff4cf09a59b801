import type { Catalog } from './catalog.ts';

/** What a database calls its types and columns. */
export interface SchemaNames {
  /** Types, those of arrays too: `uuid` and `pg_catalog.uuid`. */
  readonly types: ReadonlySet<string>;
  /** The columns' names by `schema.table`, also those of views; of the system schemas only what queries name. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

/** Takes the names out of the catalogs, for a configuration that speaks of types and columns by name. */
export function schemaNames(catalog: Catalog): SchemaNames {
  const types = [...catalog.types.values()];
  const relations = [...catalog.relations.values()];
  return {
    types: new Set(types.flatMap(({ schema, name }) => [name, `${schema}.${name}`])),
    columns: new Map(
      relations.map(({ schema, name, columns }) => [
        `${schema}.${name}`,
        Array.from(columns.values(), (column) => column.name),
      ]),
    ),
  };
}
