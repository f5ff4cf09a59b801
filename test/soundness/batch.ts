import { type Client, type Connection, DatabaseError, type Submittable } from 'pg';

/** One statement to run, with its parameters in text form. */
export interface Job {
  readonly sql: string;
  readonly values: readonly (string | null)[];
}

/** What Postgres says of an error, as far as it is considered. */
export type Raised = Pick<DatabaseError, 'message' | 'code' | 'constraint' | 'schema' | 'table' | 'column'>;

/** What came of a statement: rows with their values in text form, an error, or both where deferred constraints are violated. */
export interface Run {
  readonly values: readonly (string | null)[];
  readonly rows: readonly (readonly (string | null)[])[] | null;
  readonly error: Raised | null;
}

const LARGEST = 48;

// Deferred constraints are not considered before COMMIT.
const CHECK = 'SET CONSTRAINTS ALL IMMEDIATE';

/**
 * Runs statements one after the other, each on the data as it was before the first: whatever they write is rolled back.
 * They go out in batches behind one Sync, so that a round trip is no more than a small part of what one costs.
 * @param readOnly whether they are run in transactions in which Postgres refuses to write
 */
export async function runAll(
  client: Client,
  jobs: readonly Job[],
  readOnly: boolean,
): Promise<readonly Run[]> {
  const found: Run[] = [];
  while (found.length < jobs.length) {
    found.push(...(await send(client, jobs.slice(found.length, found.length + LARGEST), readOnly)));
  }
  // A batch that failed leaves its transaction behind.
  await client.query('ROLLBACK');
  return found;
}

/** Resolves to what came of all jobs, or of those up to and with the first that raised an error. */
function send(client: Client, jobs: readonly Job[], readOnly: boolean): Promise<readonly Run[]> {
  return new Promise((resolve, reject) => {
    client.query(batch(jobs, readOnly, resolve, reject));
  });
}

// What pg's Client calls of a query besides `submit`; @types/pg leaves these out.
interface Batch extends Submittable {
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete(): void;
  handleEmptyQuery(): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

interface Step extends Job {
  readonly isJob: boolean;
}

function batch(
  jobs: readonly Job[],
  readOnly: boolean,
  resolve: (runs: readonly Run[]) => void,
  reject: (error: Error) => void,
): Batch {
  // The batch before may have failed.
  const steps: Step[] = [step('ROLLBACK'), step(readOnly ? 'BEGIN READ ONLY' : 'BEGIN')];
  if (!readOnly) steps.push(step('SAVEPOINT s'));
  for (const job of jobs) {
    steps.push({ ...job, isJob: true });
    if (!readOnly) steps.push(step(CHECK), step('ROLLBACK TO s'));
  }
  steps.push(step('ROLLBACK'));
  const found: Run[] = [];
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
      const done = steps[at++];
      if (done?.isJob) found.push({ values: done.values, rows, error: null });
      rows = [];
    },
    handleEmptyQuery() {},
    handleError(error) {
      const failed = steps[at];
      const done = failed?.sql === CHECK ? found.pop() : undefined;
      // A connection that is lost says nothing of the statement.
      const isLost = !(error instanceof DatabaseError) || error.severity === 'FATAL';
      if (isLost || failed === undefined || (done === undefined && !failed.isJob)) {
        reject(error);
        return;
      }
      const { message, code, constraint, schema, table, column } = error;
      found.push({
        values: done?.values ?? failed.values,
        rows: done?.rows ?? null,
        error: { message, code, constraint, schema, table, column },
      });
      resolve(found);
    },
    handleReadyForQuery() {
      resolve(found);
    },
  };
}

function step(sql: string): Step {
  return { sql, values: [], isJob: false };
}
