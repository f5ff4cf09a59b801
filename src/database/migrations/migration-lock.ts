import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { diagnostic, Failure } from '../../diagnostic.ts';
import { nodePgMigrate } from '../imported.ts';

const pollMilliseconds = 200;

/**
 * Takes node-pg-migrate's advisory lock for this session, so that no other session migrates the database
 * meanwhile; it is given back when the connection ends, however it ends.
 * @param waitSeconds how long to wait for it; 0: not at all
 * @throws Failure (1) if another session holds it
 */
export async function lockMigrations(client: Client, waitSeconds: number): Promise<void> {
  const { PG_MIGRATE_LOCK_ID } = await nodePgMigrate();
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    // Asked again and again: one who waits inside a statement holds a snapshot, and CREATE INDEX CONCURRENTLY
    // of the one who has the lock would wait for that.
    const { rows } = await client.query<{ taken: boolean }>(
      'SELECT pg_catalog.pg_try_advisory_lock($1::bigint) AS taken',
      [PG_MIGRATE_LOCK_ID],
    );
    if (rows[0]?.taken) return;
    const left = deadline - Date.now();
    if (left <= 0) throw await held(client, PG_MIGRATE_LOCK_ID);
    await sleep(Math.min(pollMilliseconds, left));
  }
}

async function held(client: Client, key: number): Promise<Failure> {
  // A bigint key is split in two (PostgreSQL documentation, 53.13 pg_locks).
  const { rows } = await client.query<{ who: string }>(
    `SELECT pg_catalog.format('process %s, %s, since %s', a.pid, COALESCE(NULLIF(a.application_name, ''), a.usename),
                              pg_catalog.date_trunc('second', a.backend_start)) AS who
       FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        AND (l.classid::bigint << 32) | l.objid::bigint = $1::bigint`,
    [key],
  );
  const who = rows.map((row) => ` (${row.who})`).join('');
  const message = `Another migration of this database is in progress: its lock is taken${who}.`;
  const hint = 'Wait for it with --wait SECONDS, or end its session.';
  return new Failure(1, [diagnostic({ code: 'ND4010', message, hint })]);
}
