import fc from 'fast-check';
import { randomSeed } from './random-seed.ts';

export type { Arbitrary } from 'fast-check';

// A run that fails must fail again, on every machine: other examples are run on demand.
fc.configureGlobal({ seed: randomSeed });

export default fc;
