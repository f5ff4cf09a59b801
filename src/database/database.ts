import type { Client } from 'pg';

/** A migrated database, ready to be analysed. Everything downstream sees only this. */
export interface Database {
  readonly client: Client;
  /** For messages: `PGlite 0.5.17 (PostgreSQL 18.7)`, `PostgreSQL 16.14 at localhost:5432/app`. Never a password. */
  readonly description: string;
  /** `server_version_num` / 10000. */
  readonly major: number;
  /** Things omitted on the way, for the user to see (a grant to a role that does not exist, say). */
  readonly notes: readonly string[];
  /** Ends the connection and drops what was created. Safe to call twice. */
  close(): Promise<void>;
}
