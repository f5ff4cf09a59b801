import { Client } from 'pg';
import type { Catalog } from '../../src/analysis/catalog/catalog.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import type { QueryNode } from '../../src/analysis/tree/nodes.ts';
import { isUtility, readQuery } from '../../src/analysis/tree/read.ts';
import { type DescribeResult, describe } from '../../src/analysis/wire.ts';
import fc from '../support/fast-check.ts';
import { randomNumbers } from '../support/random-seed.ts';
import { type Run, runAll } from './batch.ts';
import { contradiction } from './contradiction.ts';
import { type Declared, declare, declareUtility } from './declared.ts';
import { Choices } from './generate/choices.ts';
import { queryGenerator } from './generate/query.ts';
import type { Schema } from './generate/schema.ts';
import { statement } from './generate/statement.ts';
import { count, emptyOutcome, type Outcome } from './outcome.ts';
import { DATA_SETS, draw, populate } from './populated.ts';
import { areAlive, connectAgain, crashingStatement, type Statement } from './server-crash.ts';

export interface RandomOptions {
  readonly url: string;
  readonly major: number;
  readonly schemas: number;
  readonly queries: number;
  readonly seed: number;
  /** Stop after so many wrong ones. */
  readonly most?: number;
  /** Told of each statement that ran. */
  readonly observe?: (seen: Seen) => void;
}

/** A statement that ran. */
export interface Seen {
  readonly catalog: Catalog;
  /** Its tree, as text. */
  readonly tree: string;
  /** What came of it on each set of data. */
  readonly runs: readonly Run[];
}

/** Generates schemas, fills them with several sets of data, and holds random queries against what is declared. */
export async function checkRandomQueries(options: RandomOptions): Promise<Outcome> {
  const outcome = emptyOutcome();
  const again = () => connect(options.url);
  const open = async () => [await connectAgain(again), await Promise.all(DATA_SETS.map(again))] as const;
  let [analyser, runners] = await open();
  try {
    for (let s = 0; s < options.schemas && outcome.wrong.length < (options.most ?? 5); s++) {
      const tried: Tried = { ddl: [], statements: [] };
      try {
        await checkSchema({ ...options, seed: options.seed + s * 7919 }, outcome, analyser, runners, tried);
      } catch (error) {
        if (await areAlive([analyser, ...runners])) throw error;
        await end([analyser, ...runners]);
        const sql = await crashingStatement(again, tried.statements, DATA_SETS.length);
        const what = `the server crashed${sql === null ? ', but not again' : ''}`;
        outcome.wrong.push({ ddl: tried.ddl, rows: [], sql: sql ?? '', what });
        [analyser, runners] = await open();
      }
    }
  } finally {
    await end([analyser, ...runners]);
  }
  return outcome;
}

/** What was tried on a server, in case that it crashes. */
interface Tried {
  ddl: readonly string[];
  statements: readonly Statement[];
}

async function end(clients: readonly Client[]): Promise<void> {
  await Promise.allSettled(clients.map((client) => client.end()));
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('notice', () => {});
  // Whoever waits for an answer is told too.
  client.on('error', () => {});
  await client.connect();
  await client.query(
    // What is there when the server crashes is there afterwards.
    'SET synchronous_commit = on; SET jit = off; SET max_parallel_workers_per_gather = 0; SET join_collapse_limit = 1; SET from_collapse_limit = 1',
  );
  return client;
}

async function checkSchema(
  options: RandomOptions,
  outcome: Outcome,
  analyser: Client,
  runners: readonly Client[],
  tried: Tried,
): Promise<void> {
  const numbers = randomNumbers(options.seed);
  const random = () => numbers() / 2 ** 32;
  await limit(runners, '0');
  const populated = await populate(random, options.major, runners);
  await limit(runners, '500ms');
  await analyser.query('SET search_path = d0');
  const catalog = await loadCatalog(analyser, []);
  const draws = Array.from({ length: options.queries }, () => draw(random));
  const generated = draws.map((draw) => statementOf(draw, populated.schema, options.major));
  tried.ddl = populated.ddl;
  tried.statements = generated;
  const known: (Known | null)[] = [];
  await describe(
    analyser,
    generated.map(({ sql }) => sql),
    (answer, i) => {
      const start = process.hrtime.bigint();
      known.push(knownOf(generated[i]?.sql ?? '', answer, catalog));
      outcome.microseconds += Number(process.hrtime.bigint() - start) / 1000;
    },
  );
  const accepted = generated.flatMap((statement, i) => {
    const declared = known[i]?.declared;
    return declared === undefined ? [] : [{ ...statement, readOnly: declared.readOnly === true }];
  });
  const ran = await runOnAll(runners, accepted);
  // Told to those who consider other rules than these: what is refused where nothing may be written.
  const unwritten = options.observe === undefined ? [] : await unwrittenRuns(runners, accepted);
  let next = 0;
  for (const [i, one] of known.entries()) {
    outcome.queries++;
    const at = one === null ? -1 : next++;
    const runs = ran[at] ?? [];
    const set = one === null ? -1 : runs.findIndex((run) => contradiction(one.declared, run) !== null);
    if (one !== null && set >= 0) {
      const smallest = await shrunk(
        draws[i] ?? [],
        populated.schema,
        options.major,
        catalog,
        analyser,
        runners,
      );
      outcome.wrong.push({
        ddl: populated.ddl,
        rows: populated.rows[set] ?? [],
        sql: smallest ?? generated[i]?.sql ?? '',
        what: contradiction(one.declared, runs[set] ?? nothing) ?? '',
      });
    }
    if (one === null || runs.every(({ rows }) => rows === null)) {
      outcome.refused++;
      continue;
    }
    if (one.query !== null)
      options.observe?.({ catalog, tree: one.query.text, runs: [...runs, ...(unwritten[at] ?? [])] });
    count(outcome, one.query?.tree ?? null, one.declared, runs);
    if (outcome.wrong.length >= (options.most ?? 5)) return;
  }
}

/** Some joins of joins never come to an end. */
async function limit(runners: readonly Client[], timeout: string): Promise<void> {
  await Promise.all(runners.map((client) => client.query(`SET statement_timeout = '${timeout}'`)));
}

const nothing: Run = { values: [], rows: null, error: null };

/** What is known of a statement before it runs. */
interface Known {
  /** Null for a utility statement. */
  readonly query: { readonly text: string; readonly tree: QueryNode } | null;
  readonly declared: Declared;
}

function knownOf(sql: string, answer: DescribeResult, catalog: Catalog): Known | null {
  if (!answer.ok) return null;
  const { tree: text, fields, paramTypes } = answer;
  if (text === null) return null;
  if (isUtility(text)) return { query: null, declared: declareUtility(sql, fields) };
  const tree = readQuery(text);
  return { query: { text, tree }, declared: declare(tree, catalog, paramTypes.length) };
}

function statementOf(draw: readonly number[], schema: Schema, major: number): Statement {
  const generator = queryGenerator(new Choices(draw), schema, major);
  const params: (readonly (string | null)[])[] = [];
  const numbers = new Map<string, number>();
  // Some that were drawn did not make it into the statement.
  const sql = statement(generator).replace(/\$(\d+)/g, (_, drawn: string) => {
    const known = numbers.get(drawn) ?? params.push(generator.params[Number(drawn) - 1]?.values ?? []);
    numbers.set(drawn, known);
    return `$${known}`;
  });
  return { sql, params };
}

/** Runs each statement on every set of data, with that set's values for its parameters. */
async function runOnAll(
  runners: readonly Client[],
  statements: readonly (Statement & { readonly readOnly: boolean })[],
): Promise<readonly (readonly Run[])[]> {
  const sets = await Promise.all(
    runners.map(async (client, set) => {
      const jobs = statements.map((one) => ({
        ...one,
        values: one.params.map((values) => values[set] ?? null),
      }));
      const reads = await runAll(
        client,
        jobs.filter(({ readOnly }) => readOnly),
        true,
      );
      const others = await runAll(
        client,
        jobs.filter(({ readOnly }) => !readOnly),
        false,
      );
      let [read, other] = [0, 0];
      return jobs.map(({ readOnly }) => inFirstSet((readOnly ? reads[read++] : others[other++]) ?? nothing));
    }),
  );
  return statements.map((_, i) => sets.map((runs) => runs[i] ?? nothing));
}

/** What comes of statements on the first set of data in transactions that are READ ONLY. */
function unwrittenRuns(
  [first]: readonly Client[],
  statements: readonly Statement[],
): Promise<readonly (readonly Run[])[]> {
  return first === undefined
    ? Promise.resolve([])
    : runOnAll(
        [first],
        statements.map((one) => ({ ...one, readOnly: true })),
      );
}

/** The analysis knows the first set's schema. */
function inFirstSet(run: Run): Run {
  const { error } = run;
  return error?.schema === undefined ? run : { ...run, error: { ...error, schema: 'd0' } };
}

const streams = fc.array(fc.nat(10_000), { maxLength: 200, size: 'max' });

/** The smallest statement that fast-check finds from this one on, which is wrong still. */
async function shrunk(
  failing: readonly number[],
  schema: Schema,
  major: number,
  catalog: Catalog,
  analyser: Client,
  runners: readonly Client[],
): Promise<string | null> {
  const isRight = async (numbers: readonly number[]) => {
    const statement = statementOf(numbers, schema, major);
    const answers: DescribeResult[] = [];
    await describe(analyser, [statement.sql], (answer) => answers.push(answer));
    const [answer] = answers;
    const declared = answer && knownOf(statement.sql, answer, catalog)?.declared;
    if (!declared) return true;
    const [runs] = await runOnAll(runners, [{ ...statement, readOnly: declared.readOnly === true }]);
    return runs?.every((run) => contradiction(declared, run) === null) ?? true;
  };
  const { counterexample } = await fc.check(fc.asyncProperty(streams, isRight), {
    examples: [[[...failing]]],
    numRuns: 1,
    interruptAfterTimeLimit: 20_000,
  });
  if (counterexample === null) return null;
  const { sql, params } = statementOf(counterexample[0], schema, major);
  return params.length === 0 ? sql : `${sql} -- ${JSON.stringify(params)}`;
}
