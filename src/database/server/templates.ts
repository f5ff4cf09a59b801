import { type Client, escapeIdentifier } from 'pg';
import type { ConnectionConfig } from '../../project/config.ts';
import { dropScratch } from './scratch.ts';

/*
 * A template is a migrated database that test databases are copied from. Its name has the OID of the database that its
 * users are connected to, since advisory locks are each database's own, and a fingerprint of what it is made from.
 */

const prefix = 'nodrift_template_';

/** First keys of advisory locks; the second is the template's. */
const lockClasses = {
  /** Shared, by each process that copies it, as long as its session lasts. */
  use: 0x6e640001,
  /** While it is made or dropped. */
  change: 0x6e640002,
  /** By the process that drops it in the end. */
  keep: 0x6e640003,
} as const;

type TemplateLock = keyof typeof lockClasses;

/** The name of the template with this key, for sessions in the database that the client is connected to. */
export async function templateName(client: Client, key: string): Promise<string> {
  const { rows } = await client.query<{ oid: string }>(
    'SELECT oid::text FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()',
  );
  return `${prefix}${rows[0]?.oid}_${key.slice(0, 16)}`;
}

/** Takes a lock for the session, and waits for it. */
export async function lockTemplate(client: Client, template: string, lock: TemplateLock): Promise<void> {
  const shared = lock === 'use' ? '_shared' : '';
  await client.query(`SELECT pg_catalog.pg_advisory_lock${shared}(${keysOf(template, lock)})`);
}

/** Takes a lock for the session, for itself alone, if no other session has it. */
export async function tryLockTemplate(
  client: Client,
  template: string,
  lock: TemplateLock,
): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    `SELECT pg_catalog.pg_try_advisory_lock(${keysOf(template, lock)}) AS taken`,
  );
  return rows[0]?.taken ?? false;
}

/** Gives back what lockTemplate or tryLockTemplate took. */
export async function unlockTemplate(client: Client, template: string, lock: TemplateLock): Promise<void> {
  await client.query(`SELECT pg_catalog.pg_advisory_unlock(${keysOf(template, lock)})`);
}

/** Whether some process may still copy a template. */
export async function isTemplateUsed(client: Client, template: string): Promise<boolean> {
  if (!(await tryLockTemplate(client, template, 'use'))) return true;
  await unlockTemplate(client, template, 'use');
  return false;
}

/**
 * Drops a template, and copies of it that killed processes left behind, unless a process uses it.
 * @returns whether it is gone
 */
export async function dropUnusedTemplate(
  client: Client,
  connection: ConnectionConfig | null,
  template: string,
): Promise<boolean> {
  if (!(await tryLockTemplate(client, template, 'change'))) return false;
  try {
    if (!(await tryLockTemplate(client, template, 'use'))) return false;
    try {
      const names = (await templates(client)).filter((one) => one.template === template);
      // They may belong to another role.
      for (const { name } of names) await dropScratch(connection, name).catch(() => {});
      return true;
    } finally {
      await unlockTemplate(client, template, 'use');
    }
  } finally {
    await unlockTemplate(client, template, 'change');
  }
}

/** Drops the templates that killed processes left behind, of this database and of those that are gone. */
export async function dropStaleTemplates(client: Client, connection: ConnectionConfig | null): Promise<void> {
  const found = await templates(client);
  const orphans = found.filter(({ of }) => of === 'gone');
  for (const { name } of orphans) {
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)}`).catch(() => {});
  }
  const own = new Set(found.flatMap(({ template, of }) => (of === 'this' ? [template] : [])));
  for (const template of own) await dropUnusedTemplate(client, connection, template);
}

interface FoundTemplate {
  /** The template itself, or a copy of it. */
  readonly name: string;
  readonly template: string;
  /** The database whose advisory locks count. */
  readonly of: 'this' | 'other' | 'gone';
}

async function templates(client: Client): Promise<readonly FoundTemplate[]> {
  const { rows } = await client.query<FoundTemplate>(
    `SELECT d.datname AS name, pg_catalog.substring(d.datname, '^${prefix}\\d+_[0-9a-f]{16}') AS template,
            CASE WHEN own.datname IS NULL THEN 'gone' WHEN own.datname = pg_catalog.current_database() THEN 'this'
                 ELSE 'other' END AS of
       FROM pg_catalog.pg_database d
       LEFT JOIN pg_catalog.pg_database own
         ON own.oid::text = pg_catalog.substring(d.datname, '^${prefix}(\\d+)_')
      WHERE d.datname ~ '^${prefix}\\d+_[0-9a-f]{16}(_[0-9a-f]{12})?$'`,
  );
  return rows;
}

function keysOf(template: string, lock: TemplateLock): string {
  return `${lockClasses[lock]}, ${Number.parseInt(template.slice(-8), 16) | 0}`;
}
