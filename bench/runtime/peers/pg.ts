import { Client } from 'pg';
import { INSERT, LOOKUP, type NewCar, type Peer, READ, REPORT } from '../peer.ts';

/** `pg` as one writes it by hand, with named prepared statements or without. */
export async function pgPeer(url: string, named: boolean): Promise<Peer> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const run = (name: string, text: string, values: unknown[]) =>
    client.query(named ? { name, text, values } : { text, values });
  return {
    name: named ? 'pg by hand, named' : 'pg by hand, unnamed',
    lookup: async (id) => (await run('lookup', LOOKUP, [id])).rows[0] ?? null,
    read: async (count) => (await run('read', READ, [count])).rows,
    report: async (id) => (await run('report', REPORT, [id])).rows[0] ?? null,
    insert: async ({ id, make, year, price }) => {
      await run('insert', INSERT, [id, make, year, price]);
    },
    insertMany: async (cars) => {
      await run(`insert_${cars.length}`, insertText(cars.length), cars.flatMap(valuesOf));
    },
    close: () => client.end(),
  };
}

/** pg's own pipelining, which is a mode of the client. */
export async function pgPipelinePeer(url: string): Promise<Peer> {
  const client = new Client({ connectionString: url, pipeline: true } as object);
  await client.connect();
  const lookup = async (id: string) =>
    (await client.query({ name: 'lookup', text: LOOKUP, values: [id] })).rows[0] ?? null;
  return {
    ...(await pgPeer(url, true)),
    name: 'pg by hand, pipeline',
    lookup,
    together: (ids) => Promise.all(ids.map(lookup)),
    close: () => client.end(),
  };
}

export function insertText(count: number): string {
  const groups = Array.from(
    { length: count },
    (_, i) => `($${4 * i + 1}, $${4 * i + 2}, $${4 * i + 3}, $${4 * i + 4})`,
  );
  return `INSERT INTO new_cars (id, make, year, price) VALUES ${groups.join(', ')}`;
}

export function valuesOf({ id, make, year, price }: NewCar): unknown[] {
  return [id, make, year, price];
}
