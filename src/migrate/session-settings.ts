import { type StatementSession, sendStatement } from './history.ts';

/** Settings of the session, by name. */
export type SessionSettings = ReadonlyMap<string, string>;

/** What was set in the session, and the role, which is not among the settings; a setting that Postgres does not know, `a.b`, neither. */
export async function sessionSettings(session: StatementSession): Promise<SessionSettings> {
  const rows = await sendStatement(
    session,
    `SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'
     UNION ALL SELECT 'role', pg_catalog.current_setting('role')`,
  );
  return new Map(rows.map(([name, setting]) => [String(name), String(setting)]));
}

/** Sets what a migration has changed back: the application's queries come over the same connection. */
export async function restoreSettings(session: StatementSession, before: SessionSettings): Promise<void> {
  const now = await sessionSettings(session);
  for (const name of now.keys()) if (!before.has(name)) await sendStatement(session, `RESET "${name}"`);
  for (const [name, setting] of before) {
    if (now.get(name) === setting) continue;
    await sendStatement(session, 'SELECT pg_catalog.set_config($1, $2, false)', [name, setting]);
  }
}
