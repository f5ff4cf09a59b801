import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { connectionLost } from '../../connection-loss.ts';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { ConnectionConfig } from '../../project/config.ts';
import { quoteName } from '../../sql/quote-name.ts';
import { connect } from './connection.ts';

const prefix = 'nodrift_scratch_';
const staleAfterSeconds = 3600;

/** How long the server may go on creating a database whose creator it has lost. */
const waitForCreationMs = 10_000;
const pollMs = 50;

const attemptsToDrop = 3;

/** A database that is made to be dropped. */
export interface Scratch {
  readonly name: string;
  /** Whether it is a copy of the one named; otherwise it is empty. */
  readonly isCopy: boolean;
}

/**
 * Creates a database, `nodrift_scratch_<seconds since 1970>_<random>`.
 * @param connection the way to the server, for another connection if this one is lost
 * @param place the server, for the message
 * @param template the scratch database that it copies, which may be gone, or in use; null: it is empty
 * @throws Failure (3) where the role must not, or the connection is lost: then it is not left behind
 */
export async function createScratch(
  admin: Client,
  connection: ConnectionConfig | null,
  server: string,
  template: string | null,
): Promise<Scratch> {
  const now = await serverTime(admin);
  const name = `${prefix}${now}_${randomBytes(6).toString('hex')}`;
  try {
    // template1 may be in use, and may hold what the migrations create.
    if (template !== null && (await isCopied(admin, name, template))) return { name, isCopy: true };
    await admin.query(create(name, 'template0'));
    return { name, isCopy: false };
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') {
      await dropOnceCreated(connection, name, Reflect.get(admin, 'processID')).catch(() => {});
      throw connectionLost(error);
    }
    const message = `The role ${admin.user} may not create databases at ${server}.`;
    const hint = `Run ALTER ROLE ${admin.user === undefined ? 'CURRENT_USER' : quoteName(admin.user)} CREATEDB, or analyse the existing schema with --as-is, or use "database": "embedded".`;
    throw new Failure(3, [diagnostic({ code: 'ND5007', message, hint, sqlstate: error.code })]);
  }
}

async function isCopied(admin: Client, name: string, template: string): Promise<boolean> {
  try {
    await admin.query(create(name, template));
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

function create(name: string, template: string): string {
  return `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`;
}

/** Drops a database whose creation the server may not have finished, nor noticed that nothing waits for it. */
async function dropOnceCreated(
  connection: ConnectionConfig | null,
  name: string,
  creator: unknown,
): Promise<void> {
  const admin = await connect(connection);
  try {
    const deadline = Date.now() + waitForCreationMs;
    const creating = 'SELECT FROM pg_catalog.pg_stat_activity WHERE pid = $1';
    while (Date.now() < deadline && (await admin.query(creating, [creator])).rowCount !== 0)
      await sleep(pollMs);
    await admin.query(drop(name));
  } finally {
    await admin.end();
  }
}

/** Drops a scratch database and throws out whoever is in it, on a connection of its own. */
export async function dropScratch(connection: ConnectionConfig | null, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dropOn(connection, name);
    } catch (error) {
      // A connection may be lost, and the server still be there; a session that is not ours to end may leave.
      if (attempt === attemptsToDrop) throw error;
    }
  }
}

async function dropOn(connection: ConnectionConfig | null, name: string): Promise<void> {
  const admin = await connect(connection);
  try {
    await admin.query(drop(name)).catch((error: unknown) => {
      if (!(error instanceof DatabaseError)) throw error;
      // An ordinary role may not end a superuser's session, nor an autovacuum worker (TerminateOtherDBBackends). Without
      // FORCE the server ends the workers itself, and waits five seconds for sessions (CountOtherDBBackends).
      return admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)}`);
    });
  } finally {
    await admin.end();
  }
}

function drop(name: string): string {
  return `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`;
}

/**
 * Drops scratch databases that are older than an hour and have no connections.
 * @param except one that is still needed
 */
export async function dropStaleScratch(admin: Client, except: string | null): Promise<void> {
  const now = await serverTime(admin);
  const { rows } = await admin.query<{ name: string }>(
    `SELECT datname AS name FROM pg_catalog.pg_database
      WHERE pg_catalog.starts_with(datname, $1)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_database.datname)`,
    [prefix],
  );
  for (const { name } of rows) {
    const made = /^(\d+)_[0-9a-f]{12}$/.exec(name.slice(prefix.length))?.[1];
    if (made === undefined || name === except || now - Number(made) < staleAfterSeconds) continue;
    // It may belong to another role, or just be gone: then it is not ours to drop.
    await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)}`).catch(() => {});
  }
}

/** In seconds since 1970, by the clock that all who share the server share. */
async function serverTime(client: Client): Promise<number> {
  const { rows } = await client.query<{ now: string }>(
    'SELECT pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.now()))::text AS now',
  );
  return Number(rows[0]?.now);
}
