import type { Client, QueryResult } from 'pg';
import { compareTexts } from '../sql/compare-texts.ts';
import { type CatalogRow, identityColumns } from './catalogs/catalog-query.ts';
import { constraints, indexes, statistics } from './catalogs/constraints.ts';
import { grants } from './catalogs/grants.ts';
import { columns, sequences, tables, views } from './catalogs/relations.ts';
import { eventTriggers, extensions, policies, rules, schemas, triggers } from './catalogs/rest.ts';
import { aggregateFunctions, casts, operators, routines } from './catalogs/routines.ts';
import { baseTypes, collations, composites, domains, enums, ranges } from './catalogs/types.ts';
import { ignoring } from './ignore.ts';
import { qualifiedName } from './name.ts';
import type { Schema, SchemaObject } from './schema-object.ts';
import { laterViewText, withPlainOperators } from './view-text.ts';

export interface LoadOptions {
  /** Patterns for names of objects that are omitted; see ignoring. */
  readonly ignore?: readonly string[];
  /** Finds objects that are omitted whatever `ignore` says, such as the history of migrations. */
  readonly omit?: (object: SchemaObject) => boolean;
  /** The roles whose privileges are part of the schema, `public` for PUBLIC. Default: none. */
  readonly roles?: readonly string[];
}

/** What constants, names and dates are printed by must be the same everywhere. */
const settings = `SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; SET LOCAL DateStyle = 'ISO, YMD';
  SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 1;
  SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C'`;

/**
 * Reads the schema of a database, one query per catalog, in one READ ONLY transaction (or in the one that the
 * client is in, whose settings stay as they are). Omitted: what extensions own, and temporary objects.
 * @throws pg's errors: a lock or statement timeout of the session's, a lost connection
 */
export async function loadSchema(client: Client, options: LoadOptions = {}): Promise<Schema> {
  const inside = client.getTransactionStatus() === 'T';
  await client.query(
    inside ? 'SAVEPOINT nodrift_schema' : 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
  );
  try {
    const { rows, major } = await loadRows(client, options.roles ?? []);
    return schemaOf(major < 16 ? rows.map(withLaterText) : rows, options);
  } finally {
    // It takes back the settings as well. On a lost connection there is nothing to take back.
    const end = inside
      ? 'ROLLBACK TO SAVEPOINT nodrift_schema; RELEASE SAVEPOINT nodrift_schema'
      : 'ROLLBACK';
    await client.query(end).catch(() => {});
  }
}

async function loadRows(
  client: Client,
  roles: readonly string[],
): Promise<{ readonly rows: readonly CatalogRow[]; readonly major: number }> {
  const { rows: versions } = await client.query<{ version: string }>(
    `SELECT pg_catalog.current_setting('server_version_num') AS version`,
  );
  const major = Math.floor(Number(versions[0]?.version) / 10_000);
  const queries = [
    ...[schemas, extensions, tables, columns, views, sequences, constraints(major), indexes, statistics],
    ...[
      enums,
      domains,
      composites,
      ranges,
      baseTypes,
      collations,
      routines,
      aggregateFunctions,
      operators,
      casts,
    ],
    ...[triggers, eventTriggers, rules, policies],
  ];
  // Several statements in one message: pg gives one result for each.
  const results = (await client.query({
    text: [settings, ...queries].join(';\n'),
    types: asText,
  })) as unknown as readonly QueryResult<CatalogRow>[];
  const rows = results.flatMap((result) => result.rows);
  if (roles.length === 0) return { rows, major };
  const granted = await client.query<CatalogRow>({ text: grants, values: [[...roles]], types: asText });
  return { rows: [...rows, ...granted.rows], major };
}

function withLaterText(row: CatalogRow): CatalogRow {
  const isView = row.kind === 'view' || row.kind === 'materialized view';
  const { definition } = row;
  return isView && definition ? { ...row, definition: laterViewText(definition) } : row;
}

/** The program's own type parsers have no say. */
const asText = { getTypeParser: () => (text: string) => text };

function schemaOf(rows: readonly CatalogRow[], { ignore = [], omit }: LoadOptions): Schema {
  const ignored = ignoring(ignore);
  return rows
    .map(objectOf)
    .filter((object) => !omit?.(object) && !ignored(object))
    .sort((a, b) => compareTexts(a.kind, b.kind) || compareTexts(a.name, b.name));
}

const isIdentity: ReadonlySet<string> = new Set(identityColumns);

function objectOf(row: CatalogRow): SchemaObject {
  const { kind, schema, relation = null, name, suffix } = row;
  const of = row.table ?? relation;
  const facts = Object.entries(row)
    .filter((entry): entry is [string, string] => !isIdentity.has(entry[0]) && entry[1] !== null)
    .map(([fact, text]): [string, string] => [fact, fact === 'body' ? text : withPlainOperators(text)])
    .sort(([a], [b]) => compareTexts(a, b));
  const full = qualifiedName([schema, relation, name].filter((part) => part !== null)) + (suffix ?? '');
  const holder = of === null || schema === null ? null : qualifiedName([schema, of]);
  return { kind, name: full, table: holder ?? grantedOn(row, full), facts: Object.fromEntries(facts) };
}

/** A function or type that something is granted on; a schema represents itself. */
function grantedOn({ kind, schema }: CatalogRow, name: string): string | null {
  return kind === 'grant' && schema !== null ? name.slice(0, name.lastIndexOf(' to ')) : null;
}
