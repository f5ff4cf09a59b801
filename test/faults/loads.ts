import {
  batch,
  type Connection,
  exec,
  int4,
  many,
  one,
  type Transaction,
  transaction,
} from '../../src/runtime/index.ts';
import { type Ledger, Thrown } from './ledger.ts';

const file = 'faults.sql';
const id = { name: 'id', codec: int4 } as const;

/** What the queries below need. `items` has no key, so that what is written twice is there twice. */
export const schema = `
  CREATE TABLE items (id int4 NOT NULL CHECK (id > 0));
  CREATE TABLE counters (id int4 PRIMARY KEY, n int4 NOT NULL);
  INSERT INTO counters SELECT i, 0 FROM generate_series(1, 20) AS i;
`;

export const add = exec<{ id: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO items VALUES ($1)',
  params: [id],
  columns: [],
});

/** As slow as said, and a write. */
export const addSlowly = exec<{ id: number; millis: number }>({
  name: 'addSlowly',
  file,
  sql: 'INSERT INTO items SELECT $1 FROM pg_sleep($2::int4 / 1000.0)',
  params: [id, { name: 'millis', codec: int4 }],
  columns: [],
});

/** Answers what it is asked. */
export const echo = one<{ id: number }, { id: number }>({
  name: 'echo',
  file,
  sql: 'SELECT $1::int4 AS id',
  params: [id],
  columns: [['id', int4]],
  readOnly: true,
});

const numbers = many<{ id: number }, { n: number }>({
  name: 'numbers',
  file,
  sql: 'SELECT n FROM generate_series(1, $1::int4) AS n',
  params: [id],
  columns: [['n', int4]],
  readOnly: true,
});

export const increment = exec<{ id: number }>({
  name: 'increment',
  file,
  sql: 'UPDATE counters SET n = n + 1 WHERE id = $1',
  params: [id],
  columns: [],
});

/** Something that programs do over a connection; resolves when it has noted what came of it. */
export type Load = (db: Connection, ledger: Ledger) => Promise<void>;

const write: Load = (db, ledger) => {
  const written = ledger.nextId();
  return ledger.record([written], add(db, { id: written }));
};

const read: Load = (db, ledger) => {
  const asked = ledger.nextId();
  return ledger.record(
    [],
    echo(db, { id: asked }).then((row) => ledger.expectSame(row, { id: asked })),
  );
};

const inTransaction: Load = (db, ledger) => {
  const [a, b] = [ledger.nextId(), ledger.nextId()];
  return ledger.record(
    [a, b],
    transaction(db, { retries: 2 }, async (tx) => {
      await add(tx, { id: a });
      await add(tx, { id: b });
    }),
  );
};

/** A callback that goes on whatever fails. What its nested transactions undo, and what rejected, is not done. */
const nested: Load = (db, ledger) => {
  const [a, b, c] = [ledger.nextId(), ledger.nextId(), ledger.nextId()];
  const [undone, alsoUndone] = [ledger.nextId(), ledger.nextId()];
  ledger.never([undone, alsoUndone]);
  return ledger.record(
    [a, b, c],
    transaction(db, { retries: 2 }, async (tx) => {
      const kept: number[] = [];
      const keep = (each: number) => () => void kept.push(each);
      const ignore = () => {};
      await add(tx, { id: a }).then(keep(a), ignore);
      await transaction(tx, {}, (inner) => add(inner, { id: b })).then(keep(b), ignore);
      await transaction(tx, {}, async (inner) => {
        await add(inner, { id: undone });
        await transaction(inner, {}, (innermost) => add(innermost, { id: alsoUndone }));
        throw new Thrown();
      }).catch(ignore);
      await add(tx, { id: c }).then(keep(c), ignore);
      return kept;
    }),
    (kept) => kept,
  );
};

const failing: Load = (db, ledger) => {
  const undone = ledger.nextId();
  return ledger.record(
    [undone],
    transaction(db, {}, async (tx) => {
      await add(tx, { id: undone });
      throw new Thrown();
    }),
  );
};

/** The second of three violates a constraint, which does not concern the others. */
const inBatch: Load = async (db, ledger) => {
  const [a, b] = [ledger.nextId(), ledger.nextId()];
  const settled = batch(db, [add.with({ id: a }), add.with({ id: -1 }), add.with({ id: b })]);
  const outcomeOf = async (i: 0 | 1 | 2): Promise<void> => {
    const outcome = (await settled)[i];
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  };
  await Promise.all([
    ledger.record([a], outcomeOf(0)),
    ledger.record([], outcomeOf(1)),
    ledger.record([b], outcomeOf(2)),
  ]);
};

const batchInTransaction: Load = (db, ledger) => {
  const [a, b] = [ledger.nextId(), ledger.nextId()];
  return ledger.record(
    [a, b],
    transaction(db, { retries: 2 }, async (tx) => {
      for (const outcome of await batch(tx, [add.with({ id: a }), add.with({ id: b })])) {
        if (outcome.status === 'rejected') {
          throw outcome.reason;
        }
      }
    }),
  );
};

const iterated: Load = (db, ledger) =>
  ledger.record(
    [],
    (async () => {
      const found: number[] = [];
      for await (const { n } of numbers.iterate(db, { id: 5 }, { batch: 2 })) {
        found.push(n);
      }
      ledger.expectSame(found, [1, 2, 3, 4, 5]);
    })(),
  );

/** Writes what a cursor of the same transaction reads, and leaves the loop early. */
const iteratedInTransaction: Load = (db, ledger) => {
  const ids = [ledger.nextId(), ledger.nextId(), ledger.nextId()];
  return ledger.record(
    ids,
    transaction(db, {}, async (tx) => {
      for await (const { n } of numbers.iterate(tx, { id: 9 }, { batch: 2 })) {
        await add(tx, { id: ids[n - 1] ?? -1 });
        if (n === ids.length) {
          break;
        }
      }
    }),
  );
};

const startedTogether: Load = async (db, ledger) => {
  await Promise.all([
    write(db, ledger),
    read(db, ledger),
    inBatch(db, ledger),
    read(db, ledger),
    write(db, ledger),
  ]);
};

const startedTogetherInTransaction: Load = (db, ledger) => {
  const ids = [ledger.nextId(), ledger.nextId(), ledger.nextId()];
  return ledger.record(
    ids,
    transaction(db, { retries: 1 }, async (tx: Transaction) => {
      await Promise.all(ids.map((each) => add(tx, { id: each })));
    }),
  );
};

/** What is run while each fault is injected, by name. */
export const loads: Readonly<Record<string, Load>> = {
  write,
  read,
  transaction: inTransaction,
  'nested transactions': nested,
  'a callback that throws': failing,
  batch: inBatch,
  'batch in a transaction': batchInTransaction,
  iterate: iterated,
  'iterate in a transaction': iteratedInTransaction,
  'calls started together': startedTogether,
  'calls started together in a transaction': startedTogetherInTransaction,
};

/** All of the loads at once, as a busy program has them, `rounds` times one after the other. */
export async function mixedLoad(db: Connection, ledger: Ledger, rounds = 1): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Object.values(loads).map((load) => load(db, ledger)));
  }
}
