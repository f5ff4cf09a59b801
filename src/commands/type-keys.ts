import type { Catalog } from '../analysis/catalog/catalog.ts';
import { schemaNames } from '../analysis/catalog/names.ts';
import { malformedOverrides } from '../codegen/override.ts';
import { unknownTypes } from '../codegen/unknown-types.ts';
import { Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { problemAt } from '../project/config-problems.ts';

/**
 * Reads what `nodrift.types` and `typesOverrides` ask for.
 * @throws Failure (2) with each value that is not a type
 */
export function refuseMalformedTypes(config: Config): void {
  const malformed = malformedOverrides(config);
  if (malformed.length > 0) throw new Failure(2, malformed);
}

/**
 * Holds the keys of `nodrift.types` against the database that the queries are analysed on.
 * @throws Failure (2) with each key that names no type and no column there
 */
export function refuseUnknownTypes(config: Config, catalog: Catalog): void {
  if (Object.keys(config.types).length === 0) return;
  const unknown = unknownTypes(config, schemaNames(catalog));
  if (unknown.length === 0) return;
  throw new Failure(
    2,
    unknown.map(({ key, message, hint }) => {
      const named = `nodrift.types[${JSON.stringify(key)}]: ${message}.`;
      return problemAt(config.path, config.text, ['nodrift', 'types', key], 'ND1011', named, hint);
    }),
  );
}
