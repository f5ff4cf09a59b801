import { compareTexts } from '../../sql/compare-texts.ts';
import type { Catalog, Relation } from './catalog.ts';

/** All tables of a database except those of PostgreSQL, sorted by schema and name. */
export function userTables(catalog: Catalog): readonly Relation[] {
  return [...catalog.relations.values()]
    .filter(
      ({ kind, schema }) => (kind === 'r' || kind === 'p') && !/^(?:pg_|information_schema$)/.test(schema),
    )
    .sort((a, b) => compareTexts(a.schema, b.schema) || compareTexts(a.name, b.name));
}
