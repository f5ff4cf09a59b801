import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Databases of one run; only one at a time is in use. */
export interface Databases {
  /** As PostgreSQL calls it. */
  nameOf(name: string): string;
  /** @param template another of them, to which no session is connected; null: none */
  create(name: string, template: string | null): Promise<void>;
  /** @param user a role; without it a superuser */
  use<T>(name: string, work: (client: Client) => Promise<T>, user?: string): Promise<T>;
  drop(name: string): Promise<void>;
  /** Drops all that are left. */
  close(): Promise<void>;
}

export async function openDatabases(server: string): Promise<Databases> {
  const prefix = `random_${randomBytes(6).toString('hex')}`;
  const left = new Set<string>();
  const admin = new Client({ connectionString: server });
  await admin.connect();
  const drop = async (name: string) => {
    await admin.query(`DROP DATABASE IF EXISTS ${prefix}_${name} WITH (FORCE)`);
    left.delete(name);
  };
  return {
    async create(name, template) {
      left.add(name);
      const of = template === null ? '' : ` TEMPLATE ${prefix}_${template}`;
      await admin.query(`CREATE DATABASE ${prefix}_${name}${of}`);
    },
    nameOf: (name) => `${prefix}_${name}`,
    async use(name, work, user) {
      const to = { pathname: `/${prefix}_${name}`, ...(user !== undefined && { username: user }) };
      const url = Object.assign(new URL(server), to);
      const client = new Client({ connectionString: url.href });
      client.on('notice', () => {});
      await client.connect();
      try {
        await client.query('SET synchronous_commit = off');
        return await work(client);
      } finally {
        await client.end();
      }
    },
    drop,
    async close() {
      for (const name of left) await drop(name);
      await admin.end();
    },
  };
}
