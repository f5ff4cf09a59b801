import { Client } from 'pg';
import type { Catalog } from '../../src/analysis/catalog/catalog.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import type { QueryNode } from '../../src/analysis/tree/nodes.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import { type DescribeResult, describe } from '../../src/analysis/wire.ts';
import { loadExtensions } from '../../src/database/embedded/pglite-extensions.ts';
import { pgliteStream } from '../../src/database/embedded/pglite-stream.ts';
import { createPglite } from './pglite.ts';
import { createDatabase, type Major } from './postgres.ts';

/** A server with a schema, to ask for query trees and to run the queries on. */
export interface Analysed {
  readonly client: Client;
  readonly catalog: Catalog;
  /** Has the server analyse statements together, which is faster than one after the other. */
  prepare(statements: readonly string[]): Promise<void>;
  /** The tree of a statement that the server accepts. */
  tree(sql: string): Promise<{ readonly tree: QueryNode; readonly params: number }>;
  /** Runs it in a transaction that is rolled back; rows as arrays. */
  rows(sql: string, values?: readonly unknown[]): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

/** The oldest and newest majors, one with and one without `varnullingrels` between them, and PGlite. */
export const servers = [14, 16, 18, 'PGlite'] as const;

export async function analysed(
  server: Major | 'PGlite',
  schema: string,
  extensions: readonly string[] = [],
): Promise<Analysed> {
  const { client, close } = await (server === 'PGlite' ? embeddedClient(extensions) : native(server));
  await client.query(schema);
  return analysedOver(client, close);
}

/** The same over a connected client. */
export async function analysedOver(client: Client, close: () => Promise<void>): Promise<Analysed> {
  const catalog = await loadCatalog(client, []);
  const known = new Map<string, DescribeResult>();
  const prepare = async (statements: readonly string[]) => {
    await describe(client, statements, (described, index) => {
      known.set(statements[index] ?? '', described);
    });
    await client.query('SET debug_print_parse = off');
  };
  return {
    client,
    catalog,
    close,
    prepare,
    async tree(sql) {
      if (!known.has(sql)) await prepare([sql]);
      const described = known.get(sql);
      // Each is read anew, and once: what is known of a tree is kept with it, and the schema may change.
      known.delete(sql);
      if (described === undefined) throw new Error(`The server says nothing of ${sql}`);
      if (!described.ok) throw new Error(`${described.error.message}: ${sql}`);
      return { tree: readQuery(described.tree ?? ''), params: described.paramTypes.length };
    },
    async rows(sql, values = []) {
      await client.query('BEGIN');
      try {
        return (await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' })).rows;
      } finally {
        await client.query('ROLLBACK');
      }
    },
  };
}

async function native(major: Major) {
  const database = await createDatabase(major);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return {
    client,
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}

/** A client of a PGlite of its own. */
export async function embeddedClient(extensions: readonly string[] = []) {
  const loaded = await loadExtensions(extensions, extensions, import.meta.dirname);
  const pglite = await createPglite(
    Object.fromEntries(loaded.map(({ name, extension }) => [name, extension])),
  );
  const client = new Client({ stream: () => pgliteStream(pglite), user: 'postgres', database: 'postgres' });
  await client.connect();
  return {
    client,
    close: async () => {
      await client.end();
      await pglite.close();
    },
  };
}
