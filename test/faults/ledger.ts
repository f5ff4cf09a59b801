import type { Client } from 'pg';
import { ConnectionError, QueryError } from '../../src/runtime/index.ts';

/** What a call says of its writes. */
export type Claim = 'done' | 'not done' | 'unknown';

/** What came of a fault. All but `injected`, `calls` and `unknown` must be 0. */
export interface Tally {
  injected: number;
  calls: number;
  /** Reported as done, and not in the table, or not all of one transaction. */
  lost: number;
  /** In the table more than once. */
  doubled: number;
  /** In the table though reported as not done; an answer to another question; an error that is no QueryError. */
  wrong: number;
  /** A call, or an end, that did not settle within a minute. */
  hung: number;
  /** Errors outside of every promise that is awaited. */
  uncaught: number;
  /** Calls whose outcome is reported as unknown. */
  unknown: number;
}

/** What a test's own callbacks throw. */
export class Thrown extends Error {}

const DEADLINE_MILLIS = 60_000;

/** Remembers what calls said of the ids that they wrote, and compares that with the table. */
export interface Ledger {
  readonly tally: Tally;
  /** An id that no other writer uses. */
  nextId(): number;
  /** Notes what a call says of ids that are or fall together; `kept`: which of them, when it resolves. */
  record<Result>(
    ids: readonly number[],
    call: Promise<Result>,
    kept?: (result: Result) => readonly number[],
  ): Promise<void>;
  /** Notes ids that no call may leave in the table, whatever becomes of it. */
  never(ids: readonly number[]): void;
  /** Notes what another process said of an id. */
  reported(id: number, claim: Claim): void;
  /** Notes an answer that is not the one to the question. */
  expectSame(found: unknown, expected: unknown): void;
  /** Waits for what must settle; says whether it resolved. */
  settles(promise: Promise<unknown>): Promise<boolean>;
  /** Compares with the table `items`, once no session writes any more. */
  check(client: Client): Promise<void>;
  /** What is wrong, for whoever must find out why. */
  readonly findings: string[];
}

let lastId = 0;

export function openLedger(): Ledger {
  const tally: Tally = {
    injected: 0,
    calls: 0,
    lost: 0,
    doubled: 0,
    wrong: 0,
    hung: 0,
    uncaught: 0,
    unknown: 0,
  };
  const entries: {
    readonly ids: readonly number[];
    readonly claim: Claim;
    readonly error?: unknown;
    readonly origin?: string | undefined;
  }[] = [];
  const firstId = lastId + 1;
  const findings: string[] = [];
  const note = (kind: 'lost' | 'doubled' | 'wrong' | 'hung', finding: string): void => {
    tally[kind] += 1;
    findings.push(`${kind}: ${finding}`);
  };
  const within = async (promise: Promise<unknown>): Promise<'resolved' | 'rejected' | 'hung'> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<'hung'>((resolve) => {
      timer = setTimeout(resolve, DEADLINE_MILLIS, 'hung');
    });
    const settled = promise.then(
      () => 'resolved' as const,
      () => 'rejected' as const,
    );
    const outcome = await Promise.race([settled, late]);
    clearTimeout(timer);
    return outcome;
  };

  return {
    tally,
    findings,
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    record: async (ids, call, kept = () => ids) => {
      tally.calls += 1;
      const origin = new Error().stack?.split('\n')[2]?.trim();
      const outcome = await within(call);
      if (outcome === 'hung') {
        note('hung', `a call ${origin}`);
        entries.push({ ids, claim: 'unknown' });
        return;
      }
      try {
        const done = new Set(kept(await call));
        entries.push({ ids: [...done], claim: 'done', origin });
        entries.push({ ids: ids.filter((id) => !done.has(id)), claim: 'not done' });
      } catch (error) {
        const claim = claimOf(error);
        tally.unknown += claim === 'unknown' ? 1 : 0;
        entries.push({ ids, claim, error });
        if (!(error instanceof QueryError || error instanceof Thrown)) {
          note('wrong', `an error that is no QueryError: ${String(error)} ${origin}`);
        }
      }
    },
    never: (ids) => {
      entries.push({ ids, claim: 'not done' });
    },
    reported: (id, claim) => {
      entries.push({ ids: [id], claim });
      tally.calls += claim === 'done' ? 1 : 0;
    },
    expectSame: (found, expected) => {
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        note('wrong', `the answer ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
      }
    },
    settles: async (promise) => {
      const outcome = await within(promise);
      if (outcome === 'hung') {
        note('hung', new Error().stack?.split('\n')[2]?.trim() ?? '');
      }
      return outcome === 'resolved';
    },
    check: async (client) => {
      const { rows } = await client.query<{ id: number; n: number }>(
        'SELECT id, count(*)::int4 AS n FROM items WHERE id BETWEEN $1 AND $2 GROUP BY id',
        [firstId, lastId],
      );
      const counts = new Map(rows.map(({ id, n }) => [id, n]));
      for (const [id, n] of counts) {
        if (n > 1) {
          note('doubled', `${n} rows of ${id}`);
        }
      }
      for (const { ids, claim, error, origin } of entries) {
        const there = ids.filter((id) => counts.has(id)).length;
        const said = `${there} of ${ids.length} rows, said to be ${claim}: ${String(error)} ${origin} ${ids}`;
        if (claim === 'not done' && there > 0) {
          note('wrong', said);
        }
        if (claim === 'done' ? there < ids.length : claim === 'unknown' && there > 0 && there < ids.length) {
          note('lost', said);
        }
        for (const id of ids) {
          counts.delete(id);
        }
      }
      for (const id of counts.keys()) {
        note('wrong', `a row of ${id}, which no call reported`);
      }
    },
  };
}

function claimOf(error: unknown): Claim {
  return error instanceof ConnectionError ? error.outcome : 'not done';
}
