import { createHash } from 'node:crypto';
import { type Client, DatabaseError, escapeLiteral } from 'pg';

import {
  addHashColumn,
  createHistoryTable,
  hashColumn,
  historyTable,
  migrationsTable,
} from './history-table.ts';

/** A line of the migration history. */
export interface AppliedMigration {
  readonly name: string;
  readonly runOn: Date;
  /** contentHash of its file at that time; null if another tool applied it. */
  readonly hash: string | null;
}

/** What there is of the migration history. */
export interface MigrationHistory {
  readonly exist: boolean;
  /** Whether hashes can be written. */
  readonly hashed: boolean;
}

/** Looks for the migration history. */
export async function findHistory(client: Client): Promise<MigrationHistory> {
  const { rows } = await client.query<MigrationHistory>(
    `SELECT pg_catalog.to_regclass($1) IS NOT NULL AS "exist",
            EXISTS (SELECT FROM pg_catalog.pg_attribute
                     WHERE attrelid = pg_catalog.to_regclass($1) AND attname = $2 AND NOT attisdropped) AS hashed`,
    [`public.${migrationsTable}`, hashColumn],
  );
  return rows[0] ?? { exist: false, hashed: false };
}

/** Creates the migration history as node-pg-migrate does, if there is none. */
export async function ensureHistory(client: Client): Promise<void> {
  const { exist } = await findHistory(client);
  if (!exist) await client.query(createHistoryTable);
}

/** The statements that make the migration history complete: with a place for hashes. */
export function historyTableDdl({ exist, hashed }: MigrationHistory): readonly string[] {
  return [...(exist ? [] : [createHistoryTable]), ...(hashed ? [] : [addHashColumn])];
}

/**
 * Makes the migration history complete.
 * @returns whether hashes can be written: not where the table belongs to a role that we are not
 */
export async function completeHistory(client: Client, history: MigrationHistory): Promise<boolean> {
  if (!history.exist) await client.query(createHistoryTable);
  try {
    if (!history.hashed) await client.query(addHashColumn);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === '42501') return false;
    throw error;
  }
}

/** What is in the migration history, in the order in which it ran. */
export async function readHistory(client: Client): Promise<readonly AppliedMigration[]> {
  const { exist } = await findHistory(client);
  if (!exist) return [];
  const { rows } = await client.query<AppliedMigration>(
    // A timestamp in the session's time zone, by node-pg-migrate's now(). The column may not be there.
    `SELECT name, run_on::timestamptz AS "runOn", pg_catalog.to_jsonb(history) ->> '${hashColumn}' AS hash
       FROM ${historyTable} AS history ORDER BY history.run_on, history.id`,
  );
  return rows;
}

/** The statement that writes a migration into the migration history. */
export function markApplied(name: string, hash: string | null = null): string {
  const columns = hash === null ? '' : `, ${hashColumn}`;
  const values = hash === null ? '' : `, ${escapeLiteral(hash)}`;
  return `INSERT INTO ${historyTable} (name, run_on${columns}) VALUES (${escapeLiteral(name)}, NOW()${values});`;
}

/** The statement that takes a migration out of the migration history. */
export function markReverted(name: string): string {
  return `DELETE FROM ${historyTable} WHERE name=${escapeLiteral(name)};`;
}

/** SHA-256 of a file's text, in hexadecimal; line endings are no difference. */
export function contentHash(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
}
