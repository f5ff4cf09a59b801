import { expect } from 'vitest';
import { Failure } from '../../src/diagnostic.ts';

/** The Failure that `work` throws or rejects with; anything else fails the test. */
export async function failureOf(work: () => unknown): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return expect.fail('it did not fail');
}
