import type { Client } from 'pg';
import type { Schema, SchemaObject } from './schema-object.ts';
import { laterViewText } from './view-text.ts';

/** A schema and the major of the server that it was read from. */
export interface ReadSchema {
  readonly schema: Schema;
  readonly major: number;
}

/**
 * Gives the schema of a live database the spelling of the scratch database's major, so that only what is different
 * is left: majors write some views in other ways, 17 has a privilege that earlier ones do not, and 15 takes one of the
 * schema `public` away.
 * @param scratch a connection to a scratch database with the schema `expected`, not in a transaction
 */
export async function normalizeAcrossVersions(
  scratch: Client,
  expected: ReadSchema,
  found: ReadSchema,
): Promise<Schema> {
  if (expected.major === found.major) return found.schema;
  const wanted = new Map(expected.schema.map((object) => [`${object.kind} ${object.name}`, object]));
  const schema: SchemaObject[] = [];
  for (const object of found.schema) {
    const other = wanted.get(`${object.kind} ${object.name}`);
    schema.push(other === undefined ? object : await respelled(scratch, other, object));
  }
  return schema;
}

async function respelled(scratch: Client, wanted: SchemaObject, found: SchemaObject): Promise<SchemaObject> {
  const { definition, privileges } = found.facts;
  if (found.kind === 'grant') {
    const same = common(found.name, wanted.facts.privileges) === common(found.name, privileges);
    return same ? wanted : found;
  }
  const isView = found.kind === 'view' || found.kind === 'materialized view';
  if (!isView || definition === undefined || definition === wanted.facts.definition) return found;
  const again = await viewDefinition(scratch, definition);
  return again === null ? found : { ...found, facts: { ...found.facts, definition: again } };
}

/** Without the privileges that not all majors give or have. */
export function withoutLaterPrivileges(schema: Schema): Schema {
  return schema.flatMap((object) => {
    if (object.kind !== 'grant') return [object];
    const privileges = common(object.name, object.facts.privileges);
    return privileges === '' ? [] : [{ ...object, facts: { ...object.facts, privileges } }];
  });
}

/** Those of a grant's privileges that all majors have. */
function common(name: string, privileges = ''): string {
  const later = name === 'public to public' ? /^CREATE$/ : /^MAINTAIN\b/;
  return privileges
    .split(', ')
    .filter((privilege) => !later.test(privilege))
    .join(', ');
}

/**
 * A query as the server writes it down in a view of it, which is made and rolled back.
 * @returns null where it is none there: it names something that only the live database has
 */
async function viewDefinition(scratch: Client, query: string): Promise<string | null> {
  await scratch.query(`BEGIN; SET LOCAL search_path = ''`);
  try {
    // The extended protocol takes one statement only, whatever the other server says its view is.
    const creation = { text: `CREATE TEMPORARY VIEW nodrift_view AS ${query}`, queryMode: 'extended' };
    await scratch.query(creation);
    const { rows } = await scratch.query<{ definition: string }>(
      `SELECT rtrim(pg_get_viewdef('pg_temp.nodrift_view'::regclass), ';') AS definition`,
    );
    const text = rows[0]?.definition;
    return text === undefined ? null : laterViewText(text);
  } catch {
    return null;
  } finally {
    await scratch.query('ROLLBACK');
  }
}
