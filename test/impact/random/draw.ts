import { randomNumbers } from '../../support/random-seed.ts';

/** Random decisions: the same for the same seed on every machine. */
export interface Draw {
  /** 0 to `limit` - 1. */
  below(limit: number): number;
  one<T>(of: readonly [T, ...T[]] | readonly T[]): T;
  /** True once in `times`. */
  rarely(times: number): boolean;
  /** Each with a probability of one half, in their order. */
  some<T>(of: readonly T[]): readonly T[];
}

export function drawFrom(seed: number): Draw {
  const numbers = randomNumbers(seed);
  const next = () => numbers() / 2 ** 32;
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    one<T>(of: readonly T[]): T {
      const found = of[below(of.length)];
      if (found === undefined) throw new Error('nothing to draw from');
      return found;
    },
    rarely: (times) => below(times) === 0,
    some: (of) => of.filter(() => below(2) === 0),
  };
}
