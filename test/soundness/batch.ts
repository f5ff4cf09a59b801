import type { Client, Connection, Submittable } from 'pg';

/** One statement to run, with its parameters in text form. */
export interface Job {
  readonly sql: string;
  readonly values: readonly (string | null)[];
}

/** Values in text form, row by row; null if the statement raised an error. */
export type Rows = readonly (readonly (string | null)[])[] | null;

const LARGEST = 48;

// Some joins of joins never come to an end.
const LIMIT = "SET LOCAL statement_timeout = '500ms'";

/**
 * Runs statements one after the other, each on the data as it was before the first: whatever they write is rolled back.
 * They go out in batches behind one Sync, so that a round trip is no more than a small part of what one costs.
 */
export async function runAll(client: Client, jobs: readonly Job[]): Promise<readonly Rows[]> {
  const found: Rows[] = [];
  while (found.length < jobs.length) {
    found.push(...(await send(client, jobs.slice(found.length, found.length + LARGEST))));
  }
  // A batch that failed leaves its transaction behind.
  await client.query('ROLLBACK');
  return found;
}

/** Resolves to the rows of all jobs, or of those up to and with the first that raised an error. */
function send(client: Client, jobs: readonly Job[]): Promise<readonly Rows[]> {
  return new Promise((resolve) => {
    client.query(batch(jobs, resolve));
  });
}

// What pg's Client calls of a query besides `submit`; @types/pg leaves these out.
interface Batch extends Submittable {
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete(): void;
  handleEmptyQuery(): void;
  handleError(): void;
  handleReadyForQuery(): void;
}

function batch(jobs: readonly Job[], resolve: (rows: readonly Rows[]) => void): Batch {
  // The batch before may have failed.
  const steps: (Job & { readonly isJob: boolean })[] = [
    step('ROLLBACK'),
    step('BEGIN'),
    step(LIMIT),
    step('SAVEPOINT s'),
  ];
  for (const job of jobs) {
    steps.push({ ...job, isJob: true });
    if (writes(job.sql)) steps.push(step('ROLLBACK TO s'));
  }
  steps.push(step('ROLLBACK'));
  const found: Rows[] = [];
  let rows: (readonly (string | null)[])[] = [];
  let at = 0;
  return {
    submit(connection: Connection) {
      connection.stream.cork();
      for (const { sql, values } of steps) {
        connection.parse({ name: '', text: sql, types: [] }, true);
        connection.bind({ portal: '', statement: '', values: [...values] }, true);
        connection.execute({}, true);
      }
      connection.sync();
      connection.stream.uncork();
    },
    handleDataRow({ fields }) {
      rows.push(fields);
    },
    handleCommandComplete() {
      if (steps[at++]?.isJob) found.push(rows);
      rows = [];
    },
    handleEmptyQuery() {},
    handleError() {
      found.push(null);
      resolve(found);
    },
    handleReadyForQuery() {
      resolve(found);
    },
  };
}

function step(sql: string) {
  return { sql, values: [], isJob: false };
}

function writes(sql: string): boolean {
  return /^(INSERT|UPDATE|DELETE|MERGE|WITH)/.test(sql);
}
