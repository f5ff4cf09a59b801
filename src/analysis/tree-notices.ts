import type { Client } from 'pg';

/**
 * Has the session send its query trees as notices (PostgreSQL documentation, 19.8). They are log messages and
 * would fill the server's log too: a superuser's session keeps them out of there, others may not.
 */
export async function showTrees(client: Client): Promise<void> {
  await client.query(`SELECT set_config('log_min_messages', 'fatal', false) FROM pg_roles
    WHERE rolname = current_user AND rolsuper;
    SET debug_print_parse = on; SET debug_pretty_print = off; SET client_min_messages = log`);
}

/** Puts the session's settings back. A lost connection has nothing to put back: its own error is the one to tell. */
export async function hideTrees(client: Client): Promise<void> {
  // Only what differs, because a RESET of what one may not set is refused.
  await client
    .query(`SELECT set_config(name, reset_val, false) FROM pg_settings WHERE setting <> reset_val AND name IN
      ('debug_print_parse', 'debug_pretty_print', 'client_min_messages', 'log_min_messages')`)
    .catch(() => {});
}
