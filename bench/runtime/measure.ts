import type { Peer } from './peer.ts';

/** What one peer took for one operation of a case. */
export interface Measured {
  /** Median of the rounds. */
  readonly wallMicros: number;
  /** Of this process, user and system, median of the rounds. */
  readonly cpuMicros: number;
  /** Allocated on the heap for one operation; null without --expose-gc. */
  readonly allocatedBytes: number | null;
}

export interface Case {
  readonly name: string;
  /** How many operations a round has. */
  readonly operations: number;
  /** Null: this peer has no way to do it. */
  prepare(peer: Peer): ((i: number) => Promise<unknown>) | null;
}

// Until what runs has been compiled.
const WARM_UP_MILLIS = 500;

/** Runs a case with all peers in turns, so that what else the machine does hits them alike. */
export async function measure(
  { prepare, operations }: Case,
  peers: readonly Peer[],
  rounds: number,
): Promise<Map<Peer, Measured>> {
  const runs = new Map(
    peers.flatMap((peer) => {
      const run = prepare(peer);
      return run === null ? [] : [[peer, { run, wall: [] as number[], cpu: [] as number[] }] as const];
    }),
  );
  for (const { run } of runs.values()) {
    const end = performance.now() + WARM_UP_MILLIS;
    for (let i = 0; performance.now() < end; i++) {
      await run(i);
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { run, wall, cpu } of runs.values()) {
      const cpuStart = process.cpuUsage();
      const start = performance.now();
      for (let i = 0; i < operations; i++) {
        await run(i);
      }
      const micros = (performance.now() - start) * 1000;
      const { user, system } = process.cpuUsage(cpuStart);
      wall.push(micros / operations);
      cpu.push((user + system) / operations);
    }
  }
  const measured = new Map<Peer, Measured>();
  for (const [peer, { run, wall, cpu }] of runs) {
    measured.set(peer, {
      wallMicros: median(wall),
      cpuMicros: median(cpu),
      allocatedBytes: await allocated(run),
    });
  }
  return measured;
}

/** Heap growth over a few operations, during which nothing is collected. */
async function allocated(run: (i: number) => Promise<unknown>): Promise<number | null> {
  if (globalThis.gc === undefined) {
    return null;
  }
  const samples: number[] = [];
  for (let sample = 0; sample < 15; sample++) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    await run(sample);
    samples.push(process.memoryUsage().heapUsed - before);
  }
  return median(samples);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
