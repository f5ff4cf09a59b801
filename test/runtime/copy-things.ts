import { expect } from 'vitest';
import { exec, int4, many, text } from '../../src/runtime/index.ts';

export interface Params {
  id: number;
  name?: string | null;
}

export const addThing = exec<Params, void, { unique: 'things_pkey' }>({
  name: 'addThing',
  file: 'things.sql',
  sql: `INSERT INTO things (id, name)
VALUES ($1, $2)`,
  params: [
    { name: 'id', codec: int4 },
    { name: 'name', codec: text },
  ],
  columns: [],
});
export const things = many<void, { id: number; name: string | null }>({
  name: 'things',
  file: 'things.sql',
  sql: 'SELECT id, name FROM things ORDER BY id',
  params: [],
  columns: [
    ['id', int4],
    ['name', text],
  ],
});
export const table = 'CREATE TABLE things (id int PRIMARY KEY CHECK (id >= 0), name text)';

export async function* numbered(count: number, more?: (id: number) => unknown): AsyncGenerator<Params> {
  for (let id = 1; id <= count; id++) {
    await more?.(id);
    yield { id, name: `thing ${id}` };
  }
}

/** Rows that end in `finally` when they are not wanted any more. */
export function observedRows(rows: AsyncIterable<Params>): {
  rows: AsyncIterable<Params>;
  ended: Promise<void>;
} {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    rows: (async function* () {
      try {
        yield* rows;
      } finally {
        end();
      }
    })(),
    ended,
  };
}

export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it resolved'),
    (error: unknown) => error,
  );
}
