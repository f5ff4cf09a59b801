import { assertArguments } from './assert.ts';
import { connectionHosts, type SessionAttributes } from './connection-hosts.ts';
import { type CountingPool, EXHAUSTED } from './managed-pool.ts';
import { type PgClient, type PgPoolClient, watchClient } from './pg.ts';
import { isServerError } from './server-error.ts';

/** What a session says of itself. */
interface Role {
  /** It is a standby's. */
  readonly standby: boolean;
  /** Its transactions cannot write unless they say otherwise. */
  readonly readOnly: boolean;
}

const accepts: Readonly<Record<SessionAttributes, (role: Role) => boolean>> = {
  any: () => true,
  'read-write': ({ readOnly }) => !readOnly,
  'read-only': ({ readOnly }) => readOnly,
  primary: ({ standby }) => !standby,
  standby: ({ standby }) => standby,
  'prefer-standby': ({ standby }) => standby,
};

const askRole = `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly"`;

// How long a primary does where a standby is preferred, until the standbys are tried again.
const SECOND_BEST_MILLIS = 10_000;

/**
 * pg's Pool, which takes connection strings of several hosts, and their `target_session_attrs`, as libpq reads them:
 * `createPool(multiHost(Pool), { connectionString: 'postgres://a,b/app?target_session_attrs=read-write' })`.
 * New connections are made to the host that was found last while it will do, then to the others in their order.
 * `max` and `connectionTimeoutMillis` count for each host.
 */
export function multiHost<PoolClass extends new (config: never) => object>(
  PgPoolClass: PoolClass,
): PoolClass {
  assertArguments('multiHost', PgPoolClass, {});
  function MultiHostPool(config: { readonly connectionString?: string }): object {
    const { connectionStrings, attributes, shuffled } = connectionHosts(config.connectionString ?? '');
    const pools = connectionStrings.map(
      (connectionString) =>
        new PgPoolClass(
          (config.connectionString === undefined ? config : { ...config, connectionString }) as never,
        ) as CountingPool,
    );
    return pools.length === 1 && attributes === 'any'
      ? (pools[0] as CountingPool)
      : poolOf(shuffled ? shuffle(pools) : pools, attributes);
  }
  return MultiHostPool as unknown as PoolClass;
}

/** One pool of several: that of each host. */
function poolOf(pools: readonly CountingPool[], wanted: SessionAttributes): CountingPool {
  let current = 0;
  /** Until when the current one will do, though another kind is preferred. */
  let secondBestUntil = Number.POSITIVE_INFINITY;
  let ended = false;
  /** Connections whose server was what it must be. */
  const accepted = new WeakSet<PgPoolClient>();

  async function connectTo(pool: CountingPool, attributes: SessionAttributes): Promise<PgPoolClient> {
    const client = await acquireFrom(pool);
    if (attributes === 'any' || accepted.has(client)) {
      return client;
    }
    const stopWatching = watchClient(client);
    const role = await roleOf(client)
      .catch((error: Error) => {
        client.release(error);
        throw error;
      })
      .finally(stopWatching);
    if (!accepts[attributes](role)) {
      // It is asked again at the next time: a standby's connections outlast its promotion.
      client.release();
      throw new Error(`the server is not ${wanted}`);
    }
    accepted.add(client);
    return client;
  }
  /** The first host that will do, from the current one on. */
  async function find(attributes: SessionAttributes): Promise<PgPoolClient> {
    const first = current;
    let failure: unknown;
    for (const i of [first, ...[...pools.keys()].filter((other) => other !== first)]) {
      try {
        const client = await connectTo(pools[i] as CountingPool, attributes);
        current = i;
        return client;
      } catch (error) {
        if (ended || isFinal(error)) {
          throw error;
        }
        failure = error;
      }
    }
    throw failure;
  }
  async function findPreferred(): Promise<PgPoolClient> {
    const now = performance.now();
    if (secondBestUntil !== Number.POSITIVE_INFINITY) {
      if (now > secondBestUntil) {
        secondBestUntil = now + SECOND_BEST_MILLIS;
        // Nothing waits for it.
        findBest().then((client) => client.release(), ignore);
      }
      return find('any');
    }
    return findBest().catch((error: unknown) => {
      if (ended || isFinal(error)) {
        throw error;
      }
      secondBestUntil = now + SECOND_BEST_MILLIS;
      return find('any');
    });
  }
  async function findBest(): Promise<PgPoolClient> {
    const client = await find('prefer-standby');
    secondBestUntil = Number.POSITIVE_INFINITY;
    return client;
  }

  const sum = (count: 'totalCount' | 'idleCount' | 'waitingCount'): number =>
    pools.reduce((total, pool) => total + pool[count], 0);
  const pool: CountingPool & { readonly Client: unknown } = {
    Client: (pools[0] as { Client?: unknown } | undefined)?.Client,
    pools,
    connect: (callback) => {
      (wanted === 'prefer-standby' ? findPreferred() : find(wanted)).then(
        (client) => callback(undefined, client),
        (error: Error) => callback(error, undefined),
      );
    },
    get totalCount() {
      return sum('totalCount');
    },
    get idleCount() {
      return sum('idleCount');
    },
    get waitingCount() {
      return sum('waitingCount');
    },
    get _clients() {
      return pools.flatMap((each) => each._clients);
    },
    on: (event, listener) => {
      for (const each of pools) {
        each.on(event, listener);
      }
    },
    end: async () => {
      ended = true;
      await Promise.all(pools.map((each) => each.end()));
    },
  };
  return pool;
}

function acquireFrom(pool: CountingPool): Promise<PgPoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) {
        reject(error);
      } else {
        resolve(client);
      }
    });
  });
}

// A network that is gone must not keep the other hosts from being tried.
const ROLE_MILLIS = 2000;

async function roleOf(client: PgClient): Promise<Role> {
  const result = client.query({ text: askRole }) as unknown as Promise<{ rows: readonly Role[] }>;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ROLE_MILLIS);
  });
  try {
    const { rows } = await Promise.race([result, late]);
    return rows[0] as Role;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether other hosts are not tried after it: as libpq, where a server is there and refuses, such as a password, unless
 * it is starting or stopping (cannot_connect_now); and where connections are there, and all in use.
 */
function isFinal(error: unknown): boolean {
  return isServerError(error) ? error.code !== '57P03' : (error as Error).message === EXHAUSTED;
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function ignore(): void {}
