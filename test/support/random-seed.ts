const given = process.env.NODRIFT_RANDOM_SEED ?? '20261121';

/**
 * What all random tests begin with: the same examples in every run, others with NODRIFT_RANDOM_SEED=7, and new
 * ones each time with NODRIFT_RANDOM_SEED=any (a failure names its seed).
 */
export const randomSeed = given === 'any' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
