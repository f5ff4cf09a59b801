import { suggest } from '../sql/identifiers.ts';
import { quoteName } from '../sql/quote-name.ts';
import type { Catalog } from './catalog/catalog.ts';

/** What to say of a relation that there is not, by the message of PostgreSQL; null where nothing is known of it. */
export function missingRelationHint(message: string, { relations }: Catalog): string | null {
  const name = /^relation "(.+)" does not exist$/.exec(message)?.[1];
  if (name === undefined) return null;
  const own = [...relations.values()].filter(
    ({ schema, kind }) => kind !== 'c' && !/^(pg_|information_schema$)/.test(schema),
  );
  if (own.length === 0) return 'The schema has no tables: no migration or schema file makes one.';
  const last = name.slice(name.indexOf('.') + 1);
  const elsewhere = own.find((one) => one.name === last);
  if (elsewhere !== undefined)
    return `Did you mean ${quoteName(elsewhere.schema)}.${quoteName(elsewhere.name)}?`;
  const suggestion = suggest(
    last,
    own.map((one) => one.name),
  );
  if (suggestion === null) return null;
  const schema = own.find((one) => one.name === suggestion)?.schema ?? '';
  const prefix = name === last && schema === 'public' ? '' : `${quoteName(schema)}.`;
  return `Did you mean ${prefix}${quoteName(suggestion)}?`;
}
