import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Connection,
  DatabaseError,
  EncodeError,
  fakes,
  int4,
  loadable,
  many,
  maybe,
  NoRowError,
  observe,
  one,
  type QueryEvent,
  type ReadOnlyDefinition,
  TransactionError,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import { connections, type Opened } from './connections.ts';

const people = "(VALUES (1, 'Ada', 2), (2, 'Bob', 0), (3, 'Cy', 1)) AS p (id, name, n)";

function definitionOf(name: string, sql: string): ReadOnlyDefinition {
  return {
    name,
    file: 'queries/people.sql',
    sql,
    params: [{ name: 'id', codec: int4 }],
    columns: [
      ['id', int4, 23],
      ['name', text, 25],
    ],
    readOnly: true,
  };
}

function together(sql: string): string {
  const inside = sql.replaceAll('$1', '(k.p1)');
  return `SELECT q.id, q.name, k.n FROM unnest($1::int4[]) WITH ORDINALITY AS k (p1, n) CROSS JOIN LATERAL (${inside}) AS q (id, name)`;
}

interface Person {
  id: number;
  name: string;
}
type Id = { id: number };

const byId = `SELECT id, name FROM ${people} WHERE id = $1`;
const below = `SELECT id, name FROM ${people} WHERE id < $1 ORDER BY id DESC`;
const failing = `SELECT 10 / $1, 'x'`;
const getPerson = loadable(one<Id, Person>(definitionOf('getPerson', byId)), together(byId));
const findPerson = loadable(maybe<Id, Person>(definitionOf('findPerson', byId)), together(byId));
const listBelow = loadable(many<Id, Person>(definitionOf('listBelow', below)), together(below));
const divide = loadable(many<Id, Person>(definitionOf('divide', failing)), together(failing));

const ada = { id: 1, name: 'Ada' };
const bob = { id: 2, name: 'Bob' };
const cy = { id: 3, name: 'Cy' };

/** The events while something runs. */
async function eventsOf(run: () => Promise<unknown>): Promise<QueryEvent[]> {
  const events: QueryEvent[] = [];
  const stop = observe((event) => events.push(event));
  try {
    await run();
  } finally {
    stop();
  }
  return events;
}

describe.each(connections)('load over %s', (name, open) => {
  let opened: Opened;
  let db: Connection;
  beforeAll(async () => {
    opened = await open();
    db = opened.db;
  });
  afterAll(() => opened?.close());

  it('is one statement for all calls of a tick, each with its own result', async () => {
    const events = await eventsOf(async () => {
      const all = [3, 1, 9, 1].map((id) => findPerson.load(db, { id }));
      expect(await Promise.all(all)).toEqual([cy, ada, null, ada]);
    });
    expect(events).toMatchObject([{ query: 'findPerson', file: 'queries/people.sql', rowCount: 2 }]);
  });

  it('gives each caller its own rows, in the order of the query', async () => {
    const events = await eventsOf(async () => {
      const [some, none, same] = await Promise.all([3, 1, 3].map((id) => listBelow.load(db, { id })));
      expect([some, none, same]).toEqual([[bob, ada], [], [bob, ada]]);
      expect(some).not.toBe(same);
      expect(some?.[0]).not.toBe(same?.[0]);
    });
    expect(events).toHaveLength(1);
  });

  it('joins calls that others lead to without waiting for anything else', async () => {
    const events = await eventsOf(() =>
      Promise.all(
        [1, 2, 3].map(async (id) => {
          for (let i = 0; i < id * 5; i++) await null;
          return getPerson.load(db, { id });
        }),
      ),
    );
    expect(events).toHaveLength(1);
  });

  it('forgets what it has found', async () => {
    const events = await eventsOf(async () => {
      await getPerson.load(db, { id: 1 });
      await getPerson.load(db, { id: 1 });
    });
    expect(events).toHaveLength(2);
  });

  it('rejects only the call that is wrong, or finds nothing', async () => {
    const wrong = { id: '\ud800' } as unknown as Id;
    const settled = await Promise.allSettled([
      getPerson.load(db, { id: 2 }),
      getPerson.load(db, { id: 8 }),
      getPerson.load(db, wrong),
      getPerson.load(db, null as never),
    ]);
    expect(settled).toMatchObject([
      { status: 'fulfilled', value: bob },
      { status: 'rejected', reason: expect.any(NoRowError) },
      { status: 'rejected', reason: expect.any(EncodeError) },
      { status: 'rejected', reason: expect.any(TypeError) },
    ]);
  });

  it('is the query itself otherwise', async () => {
    expect(await getPerson(db, { id: 2 })).toEqual(bob);
    expect(getPerson.sql).toBe(byId);
    expect(await listBelow.run({ id: 2 }, db)).toEqual([ada]);
  });

  it('rejects only the calls whose values the database refuses', async () => {
    // It would end the transaction.
    if (name === 'a transaction of PGlite') return;
    const ids = [1, 0, 5, 2, 10, 0];
    const events = await eventsOf(async () => {
      const settled = await Promise.allSettled(ids.map((id) => divide.load(db, { id })));
      for (const [i, outcome] of settled.entries()) {
        const id = ids[i] ?? 0;
        if (id !== 0) {
          expect(outcome).toEqual({ status: 'fulfilled', value: [{ id: 10 / id, name: 'x' }] });
          continue;
        }
        expect(outcome).toMatchObject({ status: 'rejected', reason: { query: 'divide', code: '22012' } });
        expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(DatabaseError);
      }
    });
    // All five, halves of them, and so on.
    expect(events).toHaveLength(5);
    expect(await divide.load(db, { id: 5 })).toEqual([{ id: 2, name: 'x' }]);
  });

  it('sends so many statements at most if many values are refused', async () => {
    if (name !== 'pg Client') return;
    const odd = loadable(
      many<Id, Person>(definitionOf('odd', "SELECT 10 / ($1 % 2), 'x'")),
      together("SELECT 10 / ($1 % 2), 'x'"),
    );
    const events = await eventsOf(async () => {
      const settled = await Promise.allSettled(Array.from({ length: 1000 }, (_, id) => odd.load(db, { id })));
      expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeLessThan(500);
      expect(settled.filter((_, id) => id % 2 === 0)).toEqual(
        Array.from({ length: 500 }, () => ({ status: 'rejected', reason: expect.any(DatabaseError) })),
      );
    });
    expect(events).toHaveLength(64);
  });

  it('rejects all calls if the statement fails for another reason', async () => {
    if (name === 'a transaction of PGlite') return;
    const missing = loadable(
      many<Id, Person>(definitionOf('missing', 'SELECT id, name FROM missing WHERE id = $1')),
      together('SELECT id, name FROM missing WHERE id = $1'),
    );
    const events = await eventsOf(async () => {
      const settled = await Promise.allSettled([1, 0].map((id) => missing.load(db, { id })));
      const outcome = { status: 'rejected', reason: { query: 'missing', code: '42P01' } };
      expect(settled).toMatchObject([outcome, outcome]);
    });
    expect(events).toHaveLength(1);
  });

  it('takes no options, since others wait for the same statement', async () => {
    const { signal } = new AbortController();
    const load = getPerson.load as (db: Connection, params: Id, options: object) => Promise<Person>;
    await expect(load(db, { id: 1 }, { signal })).rejects.toThrow('getPerson.load takes no options');
  });
});

describe('load', () => {
  it('keeps connections and transactions apart', async () => {
    const [, open] = connections[1] as (typeof connections)[number];
    const { db, close } = await open();
    try {
      const events = await eventsOf(() =>
        transaction(db, async (tx) => {
          expect(await Promise.all([1, 2].map((id) => getPerson.load(tx, { id })))).toEqual([ada, bob]);
        }),
      );
      expect(events.filter(({ query }) => query === 'getPerson')).toHaveLength(1);
      // The first failure ends a transaction: nothing can be sent again in it.
      const failed = transaction(db, async (tx) => {
        const settled = await Promise.allSettled([1, 0].map((id) => divide.load(tx, { id })));
        expect(settled).toMatchObject([{ reason: { code: '22012' } }, { reason: { code: '22012' } }]);
        throw new Error('undone');
      });
      await expect(failed).rejects.toThrow('undone');
      let late: Promise<unknown> | undefined;
      await transaction(db, async (tx) => {
        await getPerson(tx, { id: 1 });
        late = Promise.resolve()
          .then(() => new Promise((r) => setImmediate(r)))
          .then(() => getPerson.load(tx, { id: 1 }));
        late.catch(() => {});
      });
      await expect(late).rejects.toThrow(TransactionError);
    } finally {
      await close();
    }
  });

  it('says what is no connection', async () => {
    await expect(getPerson.load({} as never, { id: 1 })).rejects.toThrow(
      'getPerson.load: db must be a connection, such as a pg Pool or PGlite',
    );
  });

  it('is answered by fakes, once for each of the parameters', async () => {
    const db = fakes({ findPerson, listBelow }).with({
      findPerson: ({ id }) => (id === 2 ? null : { id, name: `${id}` }),
      listBelow: ({ id }) => [ada, cy].filter((person) => person.id < id),
    });
    expect(await Promise.all([1, 2, 1].map((id) => findPerson.load(db, { id })))).toEqual([
      { id: 1, name: '1' },
      null,
      { id: 1, name: '1' },
    ]);
    expect(await Promise.all([9, 0].map((id) => listBelow.load(db, { id })))).toEqual([[ada, cy], []]);
    expect(db.calls).toEqual([
      { query: 'findPerson', params: { id: 1 } },
      { query: 'findPerson', params: { id: 2 } },
      { query: 'listBelow', params: { id: 9 } },
      { query: 'listBelow', params: { id: 0 } },
    ]);
  });
});
