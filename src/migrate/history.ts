import {
  addHashColumn,
  createHistoryTable,
  hashColumn,
  historyTable,
} from '../database/migrations/history-table.ts';
import type { PgConnection } from '../runtime/connection.ts';

/** The migration history, as it was read. */
export interface KnownHistory {
  readonly exists: boolean;
  /** Whether the hash of a migration's content is written: not where the table belongs to a role that we are not. */
  readonly hashes: 'kept' | 'addable' | 'not kept';
  /** The row that was written last: if it is another one, another process has written since. */
  readonly lastId: string;
  /** How many migrations have run. */
  readonly count: number;
}

/** What statements are sent over: rows come as texts, whatever the driver. */
export type StatementSession = Pick<PgConnection, 'query'>;

const asText = { getTypeParser: () => (text: string) => text };

/** Runs one statement; the rows are arrays of texts. */
export async function sendStatement(
  session: StatementSession,
  text: string,
  values: (string | null)[] = [],
): Promise<readonly (readonly unknown[])[]> {
  const { rows } = await session.query({ text, values, rowMode: 'array', types: asText });
  return rows;
}

const regclass = `pg_catalog.to_regclass('${historyTable}')`;

/** Reads the migration history, and the names in it, in the order in which they ran. */
export async function loadHistory(
  session: StatementSession,
): Promise<{ readonly history: KnownHistory; readonly names: readonly string[] }> {
  const [found] = await sendStatement(
    session,
    `SELECT (${regclass} IS NOT NULL)::text,
            EXISTS (SELECT FROM pg_catalog.pg_attribute
                     WHERE attrelid = ${regclass} AND attname = '${hashColumn}' AND NOT attisdropped)::text,
            (SELECT pg_catalog.pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class WHERE oid = ${regclass})::text`,
  );
  const [exists, hashed, owned] = (found ?? []).map((value) => value === 'true');
  if (!exists) return { history: { exists: false, hashes: 'addable', lastId: '0', count: 0 }, names: [] };
  const rows = await sendStatement(session, `SELECT name, id::text FROM ${historyTable} ORDER BY run_on, id`);
  const lastId = String(rows.reduce((last, [, id]) => Math.max(last, Number(id)), 0));
  const hashes = hashed ? 'kept' : owned ? 'addable' : 'not kept';
  return {
    history: { exists: true, hashes, lastId, count: rows.length },
    names: rows.map(([name]) => String(name)),
  };
}

/** Whether nothing has been written since. */
export async function isUnchanged(
  session: StatementSession,
  { exists, lastId }: KnownHistory,
): Promise<boolean> {
  if (!exists) return (await sendStatement(session, `SELECT ${regclass}::text`))[0]?.[0] === null;
  const [row] = await sendStatement(session, `SELECT pg_catalog.max(id)::text FROM ${historyTable}`);
  return (row?.[0] ?? '0') === lastId;
}

/** Makes the migration history complete. */
export async function createHistory(session: StatementSession, history: KnownHistory): Promise<KnownHistory> {
  if (!history.exists) await sendStatement(session, createHistoryTable);
  if (history.hashes === 'addable') await sendStatement(session, addHashColumn);
  return { ...history, exists: true, hashes: history.hashes === 'addable' ? 'kept' : history.hashes };
}

/** Writes a migration into the history, and returns what that says now. */
export async function writeApplied(
  session: StatementSession,
  history: KnownHistory,
  name: string,
  text: string,
): Promise<KnownHistory> {
  const [columns, values, hashed] =
    history.hashes === 'kept'
      ? // The server hashes: browsers do so over HTTPS only.
        [
          `, ${hashColumn}`,
          ", pg_catalog.encode(pg_catalog.sha256(pg_catalog.decode($2, 'hex')), 'hex')",
          [hexOf(text)],
        ]
      : ['', '', []];
  const [row] = await sendStatement(
    session,
    `INSERT INTO ${historyTable} (name, run_on${columns}) VALUES ($1, pg_catalog.now()${values}) RETURNING id::text`,
    [name, ...hashed],
  );
  return { ...history, lastId: String(row?.[0]), count: history.count + 1 };
}

/** As contentHash has it: line endings are no difference. */
function hexOf(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text.replaceAll('\r\n', '\n')), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return bytes.join('');
}
