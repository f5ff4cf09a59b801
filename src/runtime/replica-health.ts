import { untilOpened } from './abort.ts';
import type { Connection } from './connection.ts';
import type { Session } from './connection-adapter.ts';
import { askPrimary, isStandby, reaches, type WalPosition } from './replica-position.ts';
import { withSession } from './session.ts';

/** Which replicas may answer. */
export interface ReplicaHealth {
  /** Whether a replica answers and is not behind: found out at most once a second, when it is needed. */
  isFit(replica: Connection): Promise<boolean>;
  /** Leaves a replica out until it is found to be fit again. */
  leaveOut(replica: Connection): void;
}

interface State {
  fit: boolean;
  checkedAt: number;
  checking: Promise<void> | undefined;
}

/** Where the primary's WAL ended at a time, in milliseconds of `performance.now()`. */
interface Sample {
  readonly at: number;
  readonly position: WalPosition;
}

const CHECK_MILLIS = 1000;

/**
 * A replica is fit if it is a standby and has what the primary had `maxLagMillis` ago. While the primary does not
 * answer, it is enough to have what that had when it last did. There is no timer: a replica that is not read from is not asked.
 */
export function replicaHealth(primary: Connection, maxLagMillis: number): ReplicaHealth {
  const states = new WeakMap<Connection, State>();
  let samples: readonly Sample[] = [];
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sampling: Promise<boolean> | undefined;
  let primaryAnswers = true;

  async function takeSample(): Promise<boolean> {
    const at = performance.now();
    sampledAt = at;
    const position = await inTime(() => askPrimary(primary)).catch(() => undefined);
    if (position !== undefined) {
      // The newest that is too old stays, for when the primary answers no more.
      const firstYoung = samples.findIndex((sample) => at - sample.at <= maxLagMillis);
      samples = [...samples.slice(firstYoung === -1 ? -1 : firstYoung), { at, position }];
    }
    primaryAnswers = position !== undefined;
    sampling = undefined;
    return primaryAnswers;
  }
  /** What a replica must have, to be no more behind than it may be. */
  async function required(): Promise<WalPosition> {
    const isYoung = ({ at }: Sample): boolean => performance.now() - at <= maxLagMillis;
    if (performance.now() - sampledAt >= CHECK_MILLIS) {
      sampling ??= takeSample();
    }
    if (!samples.some(isYoung) && primaryAnswers) {
      await sampling;
    }
    return (samples.find(isYoung) ?? samples.at(-1))?.position ?? { timeline: 0, at: 0n };
  }
  async function check(replica: Connection): Promise<boolean> {
    const position = maxLagMillis === Number.POSITIVE_INFINITY ? undefined : await required();
    return inTime((signal) =>
      untilOpened(
        signal,
        (use: (session: Session) => Promise<boolean>) => withSession(replica, use),
        async ({ db, cutOff }) => {
          signal.addEventListener('abort', cutOff);
          try {
            return position === undefined
              ? await isStandby(db)
              : await reaches(db, position, CHECK_MILLIS / 2);
          } finally {
            signal.removeEventListener('abort', cutOff);
          }
        },
      ),
    ).catch(() => false);
  }
  function stateOf(replica: Connection): State {
    const state = states.get(replica) ?? {
      fit: true,
      checkedAt: Number.NEGATIVE_INFINITY,
      checking: undefined,
    };
    states.set(replica, state);
    return state;
  }

  return {
    isFit: async (replica) => {
      const state = stateOf(replica);
      if (performance.now() - state.checkedAt >= CHECK_MILLIS) {
        state.checking ??= check(replica).then((fit) => {
          Object.assign(state, { fit, checkedAt: performance.now(), checking: undefined });
        });
        // Nothing waits for one that is omitted.
        if (state.fit) {
          await state.checking;
        }
      }
      return state.fit;
    },
    leaveOut: (replica) => {
      Object.assign(stateOf(replica), { fit: false, checkedAt: performance.now() });
    },
  };
}

/** Rejects when the answer takes as long as the time between two checks. */
function inTime<Result>(use: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('no answer in time'));
      controller.abort();
    }, CHECK_MILLIS);
    use(controller.signal)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
