import { Client, Pool } from 'pg';
import type { Connection } from '../../src/runtime/index.ts';
import { type Context, type Fault, openPool, serves, sleep, withPool } from './fault.ts';
import { type Load, loads, mixedLoad } from './loads.ts';
import { type Direction, type FaultProxy, type Message, startFaultProxy, type Verdict } from './proxy.ts';

interface Opened {
  readonly db: Connection;
  /** Whether it goes on after a connection was lost. */
  readonly recovers: boolean;
  close(): Promise<unknown>;
}

/** What programs run queries over. */
const kinds: Readonly<Record<string, (url: string, options?: object) => Promise<Opened>>> = {
  createPool: async (url, options) => {
    const pool = openPool(url, options);
    return { db: pool, recovers: true, close: () => pool.end() };
  },
  "pg's Pool": async (url, options) => {
    const pool = new Pool({ connectionString: url, ...options });
    // As its documentation demands: without a listener an idle connection that breaks ends the process.
    pool.on('error', () => {});
    return { db: pool, recovers: true, close: () => pool.end() };
  },
  "pg's Client": async (url, options) => {
    const client = new Client({ connectionString: url, ...options });
    client.on('error', () => {});
    await client.connect();
    return { db: client, recovers: false, close: () => client.end() };
  },
};

/** Opens a connection, runs a load over it while `judge` judges its messages, and sees that all is in order after. */
async function runOnce(
  { ledger }: Context,
  proxy: FaultProxy,
  open: (url: string) => Promise<Opened>,
  load: Load,
  judge: (message: Message) => Verdict,
): Promise<void> {
  proxy.arm(() => 'pass');
  const { db, recovers, close } = await open(proxy.url);
  proxy.arm(judge);
  await load(db, ledger);
  proxy.arm(() => 'pass');
  if (recovers) {
    await serves(db, ledger);
  }
  await ledger.settles(close());
}

/** Injects a fault at every message of every load over every kind of connection, or at every `stride`-th. */
async function atEachMessage(
  context: Context,
  options: { readonly direction: Direction; readonly stride: number; readonly pool?: object },
  verdict: Verdict | ((message: Message) => Verdict),
): Promise<void> {
  const { direction, stride } = options;
  let turn = 0;
  await inLanes(
    Object.values(kinds).flatMap((open) => Object.values(loads).map((load) => ({ open, load }))),
    async ({ open, load }) => {
      const proxy = await startFaultProxy(context.server.url);
      const opening = (url: string) => open(url, options.pool);
      await runOnce(context, proxy, opening, load, () => 'pass');
      // What serving afterwards and the end send is not of the load, but does no harm.
      const { [direction]: count } = await counted(context, proxy, opening, load);
      for (let n = 1 + (turn++ % stride); n <= count; n += stride) {
        let judged = false;
        proxy.cutBy(n % 2 === 0 ? 'reset' : 'close');
        context.inject();
        await runOnce(context, proxy, opening, load, (message) => {
          if (judged || message.direction !== direction || message.n !== n) {
            return 'pass';
          }
          judged = true;
          return typeof verdict === 'function' ? verdict(message) : verdict;
        });
        if (verdict === 'freeze') {
          proxy.breakAll();
        }
      }
      await proxy.close();
    },
  );
}

/** How many messages a load sends and gets. */
async function counted(
  { ledger }: Context,
  proxy: FaultProxy,
  open: (url: string) => Promise<Opened>,
  load: Load,
): Promise<Record<Direction, number>> {
  proxy.arm(() => 'pass');
  const { db, close } = await open(proxy.url);
  proxy.arm(() => 'pass');
  await load(db, ledger);
  const counts = { ...proxy.counts };
  await ledger.settles(close());
  return counts;
}

/** Does a few of them at a time. */
async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await work(item);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

/** Runs mixed loads over a pool through a proxy. */
async function throughProxy(
  context: Context,
  options: object,
  use: (proxy: FaultProxy, load: (rounds: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const proxy = await startFaultProxy(context.server.url);
  await withPool(context, proxy.url, options, async (pool) => {
    await use(proxy, (rounds) => mixedLoad(pool, context.ledger, rounds));
    proxy.arm(() => 'pass');
    proxy.slow(null);
    proxy.refuse(false);
  });
  await proxy.close();
}

/** Messages that a server may send at any time (PostgreSQL documentation, 55.2.6). */
const asynchronous = Buffer.concat([
  message('N', 'SNOTICE\0VNOTICE\0C00000\0Mby the way\0\0'),
  message('S', 'application_name\0other\0'),
  message('A', `${'\0'.repeat(4)}channel\0payload\0`),
]);

function message(type: string, body: string): Buffer {
  const bytes = Buffer.from(`${type}\0\0\0\0${body}`, 'latin1');
  bytes.writeUInt32BE(bytes.length - 1, 1);
  return bytes;
}

/** A chance of one in `n` for each message of a direction. */
const now = (n: number): boolean => Math.random() * n < 1;

export const wireFaults: readonly Fault[] = [
  {
    name: 'connection cut after the n-th message to the server, for each n',
    run: (context) => atEachMessage(context, { direction: 'request', stride: 1 }, 'cut after'),
  },
  {
    name: 'connection cut before the n-th message to the server, for each n',
    run: (context) => atEachMessage(context, { direction: 'request', stride: 2 }, 'cut before'),
  },
  {
    name: 'connection cut after the n-th message from the server, for each n',
    run: (context) => atEachMessage(context, { direction: 'answer', stride: 2 }, 'cut after'),
  },
  {
    name: 'connection cut before the n-th message from the server, for each n',
    run: (context) => atEachMessage(context, { direction: 'answer', stride: 1 }, 'cut before'),
  },
  {
    name: 'n-th message from the server garbled',
    run: (context) =>
      atEachMessage(context, { direction: 'answer', stride: 2 }, ({ bytes }) => ({
        instead: Buffer.concat([Buffer.from('!'), bytes.subarray(1)]),
      })),
  },
  {
    name: 'notices, settings and notifications amid the n-th answer',
    run: (context) =>
      atEachMessage(context, { direction: 'answer', stride: 3 }, ({ bytes, type }) => ({
        // Before authentication the server sends none.
        instead: type === 'R' ? bytes : Buffer.concat([asynchronous, bytes]),
      })),
  },
  {
    name: 'network gone at the n-th message to the server (half-open, `query_timeout`)',
    run: (context) =>
      atEachMessage(
        context,
        { direction: 'request', stride: 11, pool: { query_timeout: 300, connectionTimeoutMillis: 300 } },
        'freeze',
      ),
  },
  {
    name: 'network gone at the n-th message from the server (half-open, `query_timeout`)',
    run: (context) =>
      atEachMessage(
        context,
        { direction: 'answer', stride: 23, pool: { query_timeout: 300, connectionTimeoutMillis: 300 } },
        'freeze',
      ),
  },
  {
    name: 'answer to COMMIT lost',
    run: (context) =>
      throughProxy(context, {}, async (proxy, load) => {
        for (let round = 0; round < 30; round++) {
          let lost = false;
          proxy.arm(({ direction, type, bytes }) => {
            // CommandComplete.
            if (lost || direction !== 'answer' || type !== 'C' || !bytes.includes('COMMIT')) {
              return 'pass';
            }
            lost = true;
            context.inject();
            return 'cut before';
          });
          await load(1);
        }
      }),
  },
  {
    name: 'COMMIT lost on its way',
    run: (context) =>
      throughProxy(context, {}, async (proxy, load) => {
        for (let round = 0; round < 30; round++) {
          let lost = false;
          proxy.arm(({ direction, bytes }) => {
            if (lost || direction !== 'request' || !bytes.includes('COMMIT')) {
              return 'pass';
            }
            lost = true;
            context.inject();
            return 'cut before';
          });
          await load(1);
        }
      }),
  },
  {
    name: 'connections cut at random under load',
    run: (context) =>
      throughProxy(context, {}, async (proxy, load) => {
        proxy.arm(() => {
          if (!now(60)) {
            return 'pass';
          }
          context.inject();
          proxy.cutBy(now(2) ? 'reset' : 'close');
          return now(2) ? 'cut before' : 'cut after';
        });
        await load(60);
      }),
  },
  {
    name: 'bytes one by one, in both directions',
    run: (context) =>
      throughProxy(context, {}, async (proxy, load) => {
        proxy.slow({ size: 1, millis: 0 });
        context.inject(2);
        await load(2);
      }),
  },
  {
    name: 'bytes in pieces of 7, each late by up to 5 ms',
    run: (context) =>
      throughProxy(context, {}, async (proxy, load) => {
        proxy.slow({ size: 7, millis: 5 });
        context.inject(2);
        await load(2);
      }),
  },
  {
    name: 'server that cannot be reached for a while',
    run: (context) =>
      throughProxy(context, {}, async (proxy, load) => {
        for (let round = 0; round < 10; round++) {
          context.inject();
          proxy.refuse(true);
          proxy.breakAll();
          const running = load(1);
          await sleep(Math.random() * 200);
          proxy.refuse(false);
          await running;
        }
      }),
  },
];
