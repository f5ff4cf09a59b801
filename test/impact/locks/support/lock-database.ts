import { Client } from 'pg';
import { pgliteStream } from '../../../../src/database/embedded/pglite-stream.ts';
import { runObserved } from '../../../../src/database/migrations/observed-steps.ts';
import {
  existingRelations,
  type ObservedStatement,
  observeMigration,
} from '../../../../src/impact/locks/observe.ts';
import { createPglite } from '../../../support/pglite.ts';
import { createDatabase, type Major } from '../../../support/postgres.ts';

/** A database that scripts are observed on. */
export interface LockDatabase {
  readonly client: Client;
  /** Empties it and runs a script. */
  reset(schema: string): Promise<void>;
  /** Runs a script in one message, and rolls nothing back. */
  observe(script: string): Promise<readonly ObservedStatement[]>;
  /** Another session; null on PGlite, which has one only. */
  connect(): Promise<Client> | null;
  close(): Promise<void>;
}

export async function lockDatabase(server: Major | 'PGlite'): Promise<LockDatabase> {
  const native = server === 'PGlite' ? null : await createDatabase(server);
  const pglite = native === null ? await createPglite() : null;
  const client =
    pglite === null
      ? new Client({ connectionString: native?.url })
      : new Client({ stream: () => pgliteStream(pglite), user: 'postgres', database: 'postgres' });
  await client.connect();
  const connect = async () => {
    const other = new Client({ connectionString: native?.url });
    await other.connect();
    return other;
  };
  return {
    client,
    async reset(schema) {
      await client.query('DISCARD ALL');
      await client.query(
        'SET client_min_messages = error; DROP SCHEMA IF EXISTS public, app CASCADE; CREATE SCHEMA public',
      );
      await client.query(schema);
    },
    async observe(script) {
      const observer = observeMigration(await existingRelations(client));
      await runObserved(client, script, 0, observer);
      return observer.statements;
    },
    connect: () => (native === null ? null : connect()),
    async close() {
      await client.end();
      await pglite?.close();
      await native?.drop();
    },
  };
}
