import type { ConnectionConfig } from '../../project/config.ts';
import { connect, describeServer } from '../server/connection.ts';
import { embeddedInstead } from '../server/connection-failure.ts';
import { createScratch, dropStaleScratch, type Scratch } from '../server/scratch.ts';
import { supportedVersion } from '../server/supported-version.ts';

/**
 * Makes a scratch database, and drops those that killed runs left behind.
 * @param template the one that it copies; null: it is empty
 * @returns the database, and the server for messages
 * @throws Failure: 3 no way in or no right to create databases
 */
export async function makeScratch(
  connection: ConnectionConfig | null,
  template: string | null,
  signal: AbortSignal | undefined,
): Promise<Scratch & { readonly server: string }> {
  const admin = await connect(connection, { instead: embeddedInstead, signal });
  const server = describeServer(admin);
  try {
    await supportedVersion(admin);
    await dropStaleScratch(admin, template);
    return { ...(await createScratch(admin, connection, server, template)), server };
  } finally {
    // However it ends, the database that was made is known by its name.
    await admin.end().catch(() => {});
  }
}
