import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exec, transaction } from '../../src/runtime/index.ts';
import { asAdmin, type Context, type Fault, openPool, sleep, withPool } from './fault.ts';
import { Thrown } from './ledger.ts';
import { add, addSlowly, increment, mixedLoad } from './loads.ts';

const defer = exec<void>({
  name: 'defer',
  file: 'faults.sql',
  sql: 'INSERT INTO deferred VALUES (1)',
  params: [],
  columns: [],
});

/** Eighty transactions that conflict, each with a nested one that may meet with the conflict and is caught. */
async function conflicting(
  context: Context,
  isolation: 'read committed' | 'repeatable read' | 'serializable',
): Promise<void> {
  const { ledger, server } = context;
  await withPool(context, server.url, { max: 8, options: '-c deadlock_timeout=10ms' }, async (pool) => {
    await Promise.all(
      Array.from({ length: 80 }, async () => {
        const [a, b] = [ledger.nextId(), ledger.nextId()];
        const counters = [1, 2, 3].sort(() => Math.random() - 0.5);
        let attempts = 0;
        await ledger.record(
          [a, b],
          transaction(pool, { isolation, retries: 5 }, async (tx) => {
            attempts += 1;
            await add(tx, { id: a });
            const kept = [a];
            await transaction(tx, {}, async (inner) => {
              await increment(inner, { id: counters[0] ?? 1 });
              await add(inner, { id: b });
              await sleep(Math.random() * 5);
              await increment(inner, { id: counters[1] ?? 1 });
            }).then(
              () => void kept.push(b),
              () => {},
            );
            await increment(tx, { id: counters[2] ?? 1 });
            return kept;
          }),
          (kept) => kept,
        );
        context.inject(attempts - 1);
      }),
    );
  });
}

/** Starts a process that writes and reports, kills it in the midst, and resolves what it reported. */
async function killBorrower(url: string, firstId: number, millis: number): Promise<ReadonlySet<number>> {
  const borrower = fork(fileURLToPath(new URL('./borrower.ts', import.meta.url)), [url, String(firstId)], {
    execArgv: ['--import', 'tsx'],
  });
  const done = new Set<number>();
  const exited = new Promise((resolve) => borrower.once('exit', resolve));
  await new Promise<void>((resolve) => {
    borrower.on('message', (id: number) => {
      done.add(id);
      resolve();
    });
  });
  await sleep(millis);
  borrower.kill('SIGKILL');
  await exited;
  return done;
}

export const programFaults: readonly Fault[] = [
  {
    name: 'deadlocks, retried and caught by savepoints',
    run: (context) => conflicting(context, 'read committed'),
  },
  {
    name: 'serialization conflicts, retried and caught by savepoints',
    run: async (context) => {
      await conflicting(context, 'repeatable read');
      await conflicting(context, 'serializable');
    },
  },
  {
    name: 'deferred constraint that fails at COMMIT',
    run: async (context) => {
      const { ledger, server } = context;
      await asAdmin(server.url, (client) =>
        client.query('CREATE TABLE deferred (id int4 UNIQUE DEFERRABLE INITIALLY DEFERRED)'),
      );
      await withPool(context, server.url, {}, async (pool) => {
        for (let round = 0; round < 50; round++) {
          context.inject();
          const id = ledger.nextId();
          await ledger.record(
            [id],
            transaction(pool, { retries: 2 }, async (tx) => {
              await add(tx, { id });
              await defer(tx);
              await defer(tx);
            }),
          );
        }
      });
    },
  },
  {
    name: 'transaction aborted by its signal at any time',
    run: async (context) => {
      const { ledger, server } = context;
      await withPool(context, server.url, {}, async (pool) => {
        await Promise.all(
          Array.from({ length: 200 }, async () => {
            context.inject();
            const [a, b, c] = [ledger.nextId(), ledger.nextId(), ledger.nextId()];
            const abort = new AbortController();
            setTimeout(() => abort.abort(new Thrown()), Math.random() * 400);
            await ledger.record(
              [a, b, c],
              transaction(pool, { signal: abort.signal, retries: 1 }, async (tx) => {
                await add(tx, { id: a });
                await transaction(tx, {}, (inner) => addSlowly(inner, { id: b, millis: 5 }));
                await add(tx, { id: c });
              }),
            );
          }),
        );
      });
    },
  },
  {
    name: 'pool exhausted: no connection comes free in time',
    run: async (context) => {
      const { ledger, server } = context;
      await withPool(context, server.url, { max: 1, connectionTimeoutMillis: 60 }, async (pool) => {
        for (let round = 0; round < 5; round++) {
          context.inject();
          const held = ledger.nextId();
          await Promise.all([
            ledger.record([held], addSlowly(pool, { id: held, millis: 100 })),
            mixedLoad(pool, ledger),
          ]);
        }
      });
    },
  },
  {
    name: 'pool ended while calls run and a borrower never gives back',
    run: async ({ ledger, server, inject }) => {
      for (let round = 0; round < 15; round++) {
        inject();
        const pool = openPool(server.url);
        // It is given up with its connection, and not awaited.
        transaction(pool, {}, () => new Promise<never>(() => {})).catch(() => {});
        const running = mixedLoad(pool, ledger, 2);
        await sleep(Math.random() * 30);
        await ledger.settles(pool.end(Math.random() * 50));
        await running;
      }
    },
  },
  {
    name: 'process of the borrowers killed (SIGKILL)',
    run: async ({ ledger, server, inject }) => {
      for (let round = 0; round < 5; round++) {
        inject();
        const ids = Array.from({ length: 10_000 }, () => ledger.nextId());
        const done = await killBorrower(server.url, ids[0] ?? 0, Math.random() * 200);
        for (const id of ids) {
          // Each of its ids was written by a transaction of its own; of what it did not report nothing is known.
          ledger.reported(id, done.has(id) ? 'done' : 'unknown');
        }
      }
    },
  },
];
