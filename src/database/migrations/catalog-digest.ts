import type { Client } from 'pg';

/** OIDs from here on are those of objects made after initdb (PostgreSQL source, src/include/access/transam.h). */
const firstOfUsers = 16384;

/** Catalogs whose rows are compared whole, by the column that says whose they are. */
const whole: readonly (readonly [string, string])[] = [
  ['pg_aggregate', 'aggfnoid'],
  ['pg_attrdef', 'oid'],
  ['pg_cast', 'oid'],
  ['pg_collation', 'oid'],
  ['pg_constraint', 'oid'],
  ['pg_enum', 'oid'],
  ['pg_event_trigger', 'oid'],
  ['pg_extension', 'oid'],
  ['pg_foreign_server', 'oid'],
  ['pg_foreign_table', 'ftrelid'],
  ['pg_inherits', 'inhrelid'],
  ['pg_opclass', 'oid'],
  ['pg_operator', 'oid'],
  ['pg_opfamily', 'oid'],
  ['pg_partitioned_table', 'partrelid'],
  ['pg_policy', 'oid'],
  ['pg_proc', 'oid'],
  ['pg_range', 'rngtypid'],
  ['pg_rewrite', 'oid'],
  ['pg_sequence', 'seqrelid'],
  ['pg_statistic_ext', 'oid'],
  ['pg_trigger', 'oid'],
  ['pg_type', 'oid'],
];

// Without what only says where something is stored, or whether there once were indexes, triggers, rules or columns; and
// without the counter that PGlite keeps among the options of columns.
const parts = [
  `SELECT 'pg_class' AS catalog, ROW(oid, relname, relnamespace, reloftype, relowner, relam, relkind, relpersistence,
     relispartition, relrowsecurity, relforcerowsecurity, relreplident, relacl, reloptions, relpartbound)::text AS line
   FROM pg_catalog.pg_class WHERE oid >= ${firstOfUsers} AND relkind <> 't' AND relpersistence <> 't'`,
  `SELECT 'pg_attribute', ROW(attrelid, attname, atttypid, attnum, atttypmod, attndims, attstorage, attcompression,
     attnotnull, atthasdef, attidentity, attgenerated, attislocal, attinhcount, attcollation, attacl,
     ARRAY(SELECT option FROM pg_catalog.unnest(attoptions) option WHERE option !~ '^pg_attver='),
     attfdwoptions, attstattarget)::text
   FROM pg_catalog.pg_attribute WHERE attrelid >= ${firstOfUsers} AND attnum > 0 AND NOT attisdropped`,
  `SELECT 'pg_index', ROW(indexrelid, indrelid, indisunique, indisprimary, indisexclusion, indimmediate, indisclustered,
     indisvalid, indisready, indislive, indisreplident, indkey, indcollation, indclass, indoption, indexprs, indpred)::text
   FROM pg_catalog.pg_index WHERE indrelid >= ${firstOfUsers}`,
  `SELECT 'pg_namespace', n::text FROM pg_catalog.pg_namespace n WHERE nspname !~ '^pg_'`,
  ...whole.map(
    ([catalog, owner]) =>
      `SELECT '${catalog}', t::text FROM pg_catalog.${catalog} t WHERE ${owner} >= ${firstOfUsers}`,
  ),
];

/** Sums need no order: to sort the lines takes longer than to read them. */
const query = `SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
    pg_catalog.sum(pg_catalog.hashtextextended(catalog || line, 1)),
    pg_catalog.sum(pg_catalog.hashtextextended(catalog || line, 2))) AS digest
  FROM (${parts.join(' UNION ALL ')}) AS lines`;

/**
 * A digest of what the catalogs hold of the database's own objects, OIDs included. Where two are the same,
 * nothing was made anew or altered in between, and the schema is the same; where they differ, it may be.
 */
export async function catalogDigest(client: Client): Promise<string> {
  const { rows } = await client.query<{ digest: string }>(query);
  return rows[0]?.digest ?? '';
}
