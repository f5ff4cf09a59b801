import { transaction } from '../../src/runtime/index.ts';
import { startPooler } from '../runtime/pooler.ts';
import { asAdmin, type Context, during, type Fault, sleep, withPool } from './fault.ts';
import { add, addSlowly, echo, mixedLoad } from './loads.ts';

/** Runs mixed loads over a pool, and `act` again and again meanwhile. */
async function underLoad(
  context: Context,
  options: { readonly rounds: number; readonly everyMillis: number; readonly pool?: object },
  act: () => Promise<void> | void,
): Promise<void> {
  await withPool(context, context.server.url, options.pool ?? {}, (pool) =>
    during(mixedLoad(pool, context.ledger, options.rounds), options.everyMillis, act),
  );
}

/** Calls a function of the server on a session that is at work, chosen by it. */
async function onSomeSession({ server, inject }: Context, signal: string): Promise<void> {
  await asAdmin(server.url, async (client) => {
    const { rows } = await client.query(
      `SELECT ${signal}(pid) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`,
    );
    inject(rows.length);
  });
}

const restart = (mode: 'fast' | 'immediate'): Fault => ({
  name: `server restarted under load (${mode})`,
  run: async (context) => {
    for (let round = 0; round < 3; round++) {
      await withPool(context, context.server.url, {}, async (pool) => {
        let restarted = false;
        const loaded = (async () => {
          while (!restarted) {
            await mixedLoad(pool, context.ledger);
          }
        })();
        await sleep(100 + Math.random() * 100);
        context.inject();
        await context.server.restart(mode);
        restarted = true;
        await loaded;
      });
    }
  },
});

/** Slow writes whose time may be up before they are done, alone and in transactions. */
async function tooSlow(context: Context, options: object, longest: number): Promise<void> {
  const { ledger } = context;
  await withPool(context, context.server.url, options, async (pool) => {
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 5 }, async () => {
          context.inject();
          const [a, b, c] = [ledger.nextId(), ledger.nextId(), ledger.nextId()];
          const millis = Math.floor(Math.random() * longest);
          await ledger.record([a], addSlowly(pool, { id: a, millis }));
          await ledger.record(
            [b, c],
            transaction(pool, { retries: 1 }, async (tx) => {
              await add(tx, { id: b });
              await transaction(tx, {}, (inner) => addSlowly(inner, { id: c, millis }));
            }),
          );
        }),
      );
    }
  });
}

export const serverFaults: readonly Fault[] = [
  restart('fast'),
  restart('immediate'),
  {
    name: 'backend terminated (`pg_terminate_backend`) under load',
    run: (context) =>
      underLoad(context, { rounds: 60, everyMillis: 10 }, () =>
        onSomeSession(context, 'pg_terminate_backend'),
      ),
  },
  {
    name: 'statement cancelled (`pg_cancel_backend`) under load',
    run: (context) =>
      underLoad(context, { rounds: 60, everyMillis: 5 }, () => onSomeSession(context, 'pg_cancel_backend')),
  },
  {
    name: '`idle_in_transaction_session_timeout`',
    run: async (context) => {
      const { ledger, server } = context;
      await withPool(context, server.url, { idle_in_transaction_session_timeout: 20 }, async (pool) => {
        await Promise.all(
          Array.from({ length: 60 }, async () => {
            context.inject();
            const [a, b] = [ledger.nextId(), ledger.nextId()];
            await ledger.record(
              [a, b],
              transaction(pool, { retries: 2 }, async (tx) => {
                await add(tx, { id: a });
                await sleep(Math.random() * 60);
                await add(tx, { id: b });
              }),
            );
          }),
        );
      });
    },
  },
  {
    name: '`statement_timeout`',
    run: (context) => tooSlow(context, { statement_timeout: 20 }, 40),
  },
  {
    name: '`query_timeout` of `pg`',
    run: (context) => tooSlow(context, { query_timeout: 60 }, 120),
  },
  {
    name: '`transaction_timeout`',
    run: (context) => tooSlow(context, { options: '-c transaction_timeout=40' }, 80),
  },
  {
    name: '`lock_timeout`',
    run: async (context) => {
      const { ledger, server } = context;
      await asAdmin(server.url, async (holder) => {
        await withPool(context, server.url, { lock_timeout: 15 }, async (pool) => {
          for (let round = 0; round < 10; round++) {
            await holder.query('BEGIN; LOCK items IN EXCLUSIVE MODE');
            context.inject(5);
            const waiting = Array.from({ length: 5 }, async () => {
              const [a, b] = [ledger.nextId(), ledger.nextId()];
              await ledger.record(
                [a],
                transaction(pool, { retries: 1 }, (tx) => add(tx, { id: a })),
              );
              await ledger.record([b], add(pool, { id: b }));
            });
            await sleep(Math.random() * 30);
            await holder.query('COMMIT');
            await Promise.all(waiting);
          }
        });
      });
    },
  },
  {
    name: 'server becomes read-only, and writable again, under load',
    run: async (context) => {
      const setReadOnly = (value: string) =>
        asAdmin(context.server.url, async (client) => {
          await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
          await client.query('SELECT pg_reload_conf()');
        });
      await underLoad(context, { rounds: 60, everyMillis: 50 }, async () => {
        context.inject();
        await setReadOnly('on');
        await sleep(Math.random() * 50);
        await setReadOnly('off');
      });
      await setReadOnly('off');
    },
  },
  {
    name: 'too many connections for the role (`53300`)',
    run: async (context) => {
      const { server } = context;
      await asAdmin(server.url, (client) =>
        client.query(
          'CREATE ROLE few LOGIN CONNECTION LIMIT 2; GRANT ALL ON ALL TABLES IN SCHEMA public TO few',
        ),
      );
      const url = Object.assign(new URL(server.url), { username: 'few' }).href;
      await withPool(context, url, { max: 6 }, async (pool) => {
        context.inject(20);
        await mixedLoad(pool, context.ledger, 20);
      });
    },
  },
  {
    name: 'prepared statements dropped (`DEALLOCATE ALL`) by whoever shares the connection',
    run: async (context) => {
      const { ledger, server } = context;
      await withPool(context, server.url, { max: 2 }, async (pool) => {
        const query = (text: string) =>
          pool.query({ text, values: [], rowMode: 'array', types: { getTypeParser: () => String } });
        await during(mixedLoad(pool, ledger, 60), 10, async () => {
          context.inject();
          await query('DEALLOCATE ALL');
        });
      });
    },
  },
  {
    name: 'pooler in transaction mode that keeps no prepared statements',
    run: async (context) => {
      const { ledger, server } = context;
      const pooler = await startPooler(server.url, 4);
      for (const options of [{}, { prepare: false }, { max: 10 }]) {
        context.inject();
        await withPool(context, pooler.url, options, (pool) => mixedLoad(pool, ledger, 20));
      }
      await pooler.close();
    },
  },
  {
    name: 'rows with a text of 64 MB',
    run: async (context) => {
      const { ledger, server } = context;
      await withPool(context, server.url, {}, async (pool) => {
        for (let round = 0; round < 3; round++) {
          context.inject();
          const { rows } = await pool.query({
            text: "SELECT repeat('x', 67108864)",
            values: [],
            rowMode: 'array',
            types: { getTypeParser: () => String },
          });
          ledger.expectSame(String(rows[0]?.[0]).length, 67_108_864);
          const asked = ledger.nextId();
          await ledger.record(
            [],
            echo(pool, { id: asked }).then((row) => ledger.expectSame(row, { id: asked })),
          );
        }
      });
    },
  },
];
