const given = process.env.NODRIFT_RANDOM_SEED ?? '20261121';

/**
 * What all random tests begin with: the same examples in every run, others with NODRIFT_RANDOM_SEED=7, and new
 * ones each time with NODRIFT_RANDOM_SEED=any (a failure names its seed).
 */
export const randomSeed = given === 'any' ? Math.floor(Math.random() * 2 ** 31) : Number(given);

/** mulberry32: the same whole numbers from 0 to 2 ** 32 - 1 for the same seed on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
