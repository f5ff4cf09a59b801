import type { Connection } from './connection.ts';
import { execute } from './execute.ts';
import type { RowReader } from './row.ts';
import type { BoundStatement } from './statement.ts';

/** How far a server's WAL goes, and on which timeline: a promotion begins a new one, on which positions start over. */
export interface WalPosition {
  readonly timeline: number;
  /** As bytes since the beginning (pg_lsn). */
  readonly at: bigint;
}

/**
 * The end of the last record of the primary's WAL. Where that is the end of a page, the server says the beginning of the
 * next record, behind the header of the next page (GetXLogInsertRecPtr in xlog.c), which no replica reaches before
 * there is one: 24 bytes, 40 in the first page of a segment (xlog_internal.h).
 */
const primaryPosition = `SELECT CASE
  WHEN at % pg_size_bytes(current_setting('wal_segment_size')) = 40 THEN at - 40
  WHEN at % current_setting('wal_block_size')::int8 = 24 THEN at - 24
  ELSE at
END::text, ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int4::text
FROM (SELECT lsn, lsn - '0/0'::pg_lsn AS at FROM pg_current_wal_insert_lsn() AS lsn) AS wal`;

/**
 * The timeline is the latest that is known to be replayed: of the connection to the primary, which a role sees that may
 * read all statistics, else of the control file, which is written later.
 */
const replicaPosition = `SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END - '0/0'::pg_lsn)::text,
  greatest(
    (SELECT received_tli FROM pg_stat_wal_receiver),
    (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT min_recovery_end_timeline FROM pg_control_recovery())
  )::text`;

/** Asks the primary how far its WAL goes: what was committed before is before that. */
export async function askPrimary(db: Connection): Promise<WalPosition> {
  return toPosition(await ask(db, 'WAL POSITION', primaryPosition)) ?? { timeline: 0, at: 0n };
}

/** Whether a server is a standby. */
export async function isStandby(db: Connection): Promise<boolean> {
  const [standby] = await ask(db, 'IS STANDBY', 'SELECT pg_is_in_recovery()::text');
  return standby === 'true';
}

/**
 * Waits until everything before `position` can be seen over a replica's connection, for `waitMillis` at most.
 * @returns whether it can; false also where the server is not a standby, or does not say how far it is
 */
export async function reaches(db: Connection, position: WalPosition, waitMillis: number): Promise<boolean> {
  const until = performance.now() + waitMillis;
  for (let pause = 1; ; pause = Math.min(2 * pause, 50)) {
    const replayed = toPosition(await ask(db, 'REPLAY POSITION', replicaPosition));
    if (replayed === null || (replayed.at >= position.at && replayed.timeline >= position.timeline)) {
      return replayed !== null;
    }
    if (performance.now() + pause > until) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** A position as its timeline and as PostgreSQL writes a pg_lsn: `1:16/B374D848`. */
export function positionText({ timeline, at }: WalPosition): string {
  const hex = (part: bigint): string => part.toString(16).toUpperCase();
  return `${timeline}:${hex(at >> 32n)}/${hex(at & 0xffffffffn)}`;
}

/** @throws TypeError where it is not a position */
export function parsePosition(text: string): WalPosition {
  const [, timeline, high, low] = /^(\d{1,10}):([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/.exec(text) ?? [];
  if (timeline === undefined) {
    throw new TypeError('`after` must be a position that `writePosition` returned');
  }
  return { timeline: Number(timeline), at: (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`) };
}

function toPosition([at, timeline]: Texts): WalPosition | null {
  return typeof at === 'string' ? { timeline: Number(timeline), at: BigInt(at) } : null;
}

type Texts = readonly (string | null)[];

const asTexts: RowReader<Texts> = /* @__PURE__ */ Object.assign((texts: Texts) => texts, { check: null });

async function ask(db: Connection, name: string, text: string): Promise<Texts> {
  const origin: BoundStatement['origin'] = { name, file: 'replica', readOnly: true };
  const { rows } = await execute(db, { origin, name: undefined, text, values: [] }, asTexts);
  return rows[0] ?? [];
}
