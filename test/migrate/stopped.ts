import { MigrationError } from 'nodrift-runtime/migrate';
import { expect } from 'vitest';

/** What stopped a call of `migrate`. */
export async function stopped(running: Promise<unknown>): Promise<MigrationError> {
  const error = await running.then(
    (value) => value,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MigrationError);
  return error as MigrationError;
}
