import { abortable, untilOpened } from './abort.ts';
import { assertConnection } from './assert.ts';
import type { Connection } from './connection.ts';
import { adapterOf, type Session } from './connection-adapter.ts';
import { driverClient } from './driver-client.ts';
import { StreamError } from './errors.ts';
import { execute } from './execute.ts';
import { isPgPool, type PgClient } from './pg.ts';
import { isPglite } from './pglite.ts';
import { withSession } from './session.ts';

export type ListenEvent =
  | { readonly kind: 'notification'; readonly payload: string }
  /**
   * From now on every notification comes, but those before may not have: at the beginning, after a connection was lost,
   * and where more came than could be held. What they are about must be read again.
   */
  | { readonly kind: 'mayHaveMissed' };

export interface ListenOptions {
  /** Aborting ends the iteration. */
  readonly signal?: AbortSignal;
  /** How often the connection is tried, to notice a network that is gone, in milliseconds. Default 10000. */
  readonly pingMillis?: number;
}

const origin = { name: 'LISTEN', file: 'listen' };

/** A name's longest, in bytes; longer ones are cut off by LISTEN, and refused by pg_notify (NAMEDATALEN). */
const MAX_CHANNEL_BYTES = 63;

/** How many events are held for a consumer that is slow. */
const MAX_HELD = 10_000;

const PING_TIMEOUT_MILLIS = 5000;
const FIRST_PAUSE_MILLIS = 100;
const LONGEST_PAUSE_MILLIS = 30_000;

/**
 * Iterates over the notifications of a channel, over a connection of a pool's that it keeps, or over PGlite. Where that
 * is lost it connects again, for ever, with growing pauses, and says that it may have missed some. Throws where the first
 * connection fails, or the pool was ended. Poolers in transaction mode do not deliver notifications.
 */
export async function* listen(
  db: Connection,
  channel: string,
  { signal, pingMillis = 10_000 }: ListenOptions = {},
): AsyncGenerator<ListenEvent, void, undefined> {
  assertConnection(db, 'listen');
  if (typeof channel !== 'string') {
    throw new TypeError('listen: channel must be a string');
  }
  const bytes = new TextEncoder().encode(channel).length;
  if (bytes === 0 || bytes > MAX_CHANNEL_BYTES) {
    throw new RangeError(`listen: a channel's name has 1 to ${MAX_CHANNEL_BYTES} bytes`);
  }
  const stop = new AbortController();
  const events = eventQueue();
  const end = (): void => {
    stop.abort();
    events.end();
  };
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) {
    return;
  }
  const done = (
    isPglite(db)
      ? attendPglite(db, channel, events, stop.signal)
      : attendPool(db, channel, events, stop.signal, pingMillis)
  ).then(events.end, events.fail);
  try {
    for (;;) {
      const event = await events.take();
      if (event === null) {
        return;
      }
      yield event;
    }
  } finally {
    signal?.removeEventListener('abort', end);
    end();
    await done;
  }
}

interface EventQueue {
  push(event: ListenEvent): void;
  /** The next event; null after the end. Rejects after a failure. */
  take(): Promise<ListenEvent | null>;
  end(): void;
  fail(error: unknown): void;
}

function eventQueue(): EventQueue {
  let held: ListenEvent[] = [];
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => {};
  return {
    push: (event) => {
      if (held.length >= MAX_HELD || event.kind === 'mayHaveMissed') {
        // What comes before it would be read again anyway.
        held = [{ kind: 'mayHaveMissed' }];
      } else {
        held.push(event);
      }
      wake();
    },
    take: async () => {
      for (;;) {
        if (ended) {
          return null;
        }
        const event = held.shift();
        if (event !== undefined) {
          return event;
        }
        if (failure !== undefined) {
          throw failure.error;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    end: () => {
      ended ||= failure === undefined;
      wake();
    },
    fail: (error) => {
      failure = { error };
      wake();
    },
  };
}

async function attendPool(
  db: Connection,
  channel: string,
  events: EventQueue,
  stop: AbortSignal,
  pingMillis: number,
): Promise<void> {
  const adapter = adapterOf(db);
  if (!isPgPool(db) && (adapter?.withSession === undefined || adapter.inTransaction)) {
    throw cannotListen();
  }
  let lost = 0;
  let listened = false;
  while (!stop.aborted) {
    try {
      const open = (use: (session: Session) => Promise<void>) => withSession(db, use);
      await untilOpened(stop, open, async (session) => {
        const driver = driverClient(session.db);
        if (driver === undefined) {
          throw cannotListen();
        }
        await attend(driver.client, channel, events, stop, pingMillis, () => {
          lost = 0;
          listened = true;
        });
      });
    } catch (error) {
      if (stop.aborted) {
        return;
      }
      if (!listened || /pool has been ended|after calling end on the pool/.test(String(error))) {
        throw error;
      }
      await pause(lost, stop);
      lost += 1;
    }
  }
}

function cannotListen(): StreamError {
  return new StreamError(origin, 'listen needs a pool of pg, which can connect again, or PGlite');
}

/** Listens over a client until it is to stop; rejects when the connection is lost. */
async function attend(
  client: PgClient,
  channel: string,
  events: EventQueue,
  stop: AbortSignal,
  pingMillis: number,
  listening: () => void,
): Promise<void> {
  const emitter = client as unknown as ListeningClient;
  const hear = (message: { channel: string; payload?: string }): void => {
    if (message.channel === channel) {
      events.push({ kind: 'notification', payload: message.payload ?? '' });
    }
  };
  const broken = new AbortController();
  const ended = (): void => broken.abort();
  const stopOrBroken = AbortSignal.any([stop, broken.signal]);
  emitter.on('end', ended);
  emitter.on('notification', hear);
  try {
    await startListening(client, channel);
    listening();
    events.push({ kind: 'mayHaveMissed' });
    for (;;) {
      await pauseOf(pingMillis, stopOrBroken);
      if (stop.aborted) {
        // Whoever gets the connection next is not to hear.
        await ping(client, 'UNLISTEN *');
        return;
      }
      await ping(client, 'SELECT 1');
    }
  } finally {
    emitter.removeListener('end', ended);
    emitter.removeListener('notification', hear);
  }
}

interface ListeningClient {
  on(event: 'end', listener: () => void): void;
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): void;
  removeListener(event: string, listener: (message: never) => void): void;
  readonly connection: { readonly stream: { destroy(): void } };
}

/** Runs a statement; one that is not answered in time breaks the connection. */
async function ping(client: PgClient, text: string): Promise<void> {
  const late = setTimeout(
    () => (client as unknown as ListeningClient).connection.stream.destroy(),
    PING_TIMEOUT_MILLIS,
  );
  try {
    await client.query({ text });
  } finally {
    clearTimeout(late);
  }
}

/** LISTEN accepts no parameters, so the server builds the statement from one. */
async function startListening(db: Connection, channel: string): Promise<void> {
  const run = (text: string, values: string[]) =>
    execute(db, { origin, name: undefined, text, values }, null);
  await run("SELECT set_config('nodrift.channel', $1, false)", [channel]);
  await run("DO $$ BEGIN EXECUTE format('LISTEN %I', current_setting('nodrift.channel')); END $$", []);
}

/** PGlite's connection is the program's own, and others may listen to the same channel: it goes on to. */
async function attendPglite(
  db: Connection,
  channel: string,
  events: EventQueue,
  stop: AbortSignal,
): Promise<void> {
  const pglite = db as unknown as {
    onNotification?(listener: (channel: string, payload: string) => void): () => void;
  };
  const stopHearing = pglite.onNotification?.((heard, payload) => {
    if (heard === channel) {
      events.push({ kind: 'notification', payload });
    }
  });
  if (stopHearing === undefined) {
    throw cannotListen();
  }
  try {
    await startListening(db, channel);
    events.push({ kind: 'mayHaveMissed' });
    await pauseOf(undefined, stop);
  } finally {
    stopHearing();
  }
}

/** Up to 100 ms at first, twice that each time, up to half a minute. */
function pause(lost: number, stop: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** lost);
  return pauseOf((longest * (1 + Math.random())) / 2, stop);
}

/** Waits so long, or for ever, or until it is to stop. */
async function pauseOf(millis: number | undefined, stop: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    if (millis !== undefined) {
      timer = setTimeout(resolve, millis);
    }
  });
  await abortable(waited, stop).catch(() => {});
  clearTimeout(timer);
}
