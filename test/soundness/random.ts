import { Client } from 'pg';
import type { Catalog } from '../../src/analysis/catalog/catalog.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import type { Facts } from '../../src/analysis/facts.ts';
import { enclosing } from '../../src/analysis/nullability/learn.ts';
import { regionsOf } from '../../src/analysis/nullability/regions.ts';
import { columnFacts } from '../../src/analysis/nullability.ts';
import { resultExpressions } from '../../src/analysis/scope.ts';
import { type QueryNode, Rte } from '../../src/analysis/tree/nodes.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import { type Described, describe } from '../../src/analysis/wire.ts';
import fc from '../support/fast-check.ts';
import { type Rows, runAll } from './batch.ts';
import { Choices } from './generate/choices.ts';
import { QueryGenerator } from './generate/query.ts';
import { randomRows } from './generate/rows.ts';
import { randomSchema, type Schema } from './generate/schema.ts';
import { plain } from './generate/table.ts';
import { updatableView } from './generate/trigger.ts';
import { violations } from './violations.ts';

/** What came out of many random queries. */
export interface Outcome {
  queries: number;
  /** Those that Postgres refused, when parsing or on all data. */
  refused: number;
  columns: number;
  /** Columns declared never NULL. */
  proven: number;
  /** Of those: how many had rows on some data, so that it could be seen. */
  seen: number;
  /** Columns declared nullable that were NULL on some data. */
  shownNull: number;
  /** Columns declared nullable that never were NULL, though there were rows. */
  unshown: number;
  /** Of those: how many of which kind of expression. */
  reasons: Map<string, number>;
  wrong: Wrong[];
  microseconds: number;
}

export interface Wrong {
  readonly ddl: readonly string[];
  readonly rows: readonly string[];
  readonly sql: string;
  readonly what: string;
}

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
  /** Its rows on each set of data; null where it raised an error. */
  readonly sets: readonly Rows[];
}

/** A statement with, for each `$n`, its values on the sets of data. */
interface Statement {
  readonly sql: string;
  readonly params: readonly (readonly (string | null)[])[];
}

/** Choices for one statement; a short stream makes a small one. */
function draw(random: () => number): readonly number[] {
  const length = 40 + Math.floor(random() * 200);
  return Array.from({ length }, () => Math.floor(random() * 10_000));
}

/** mulberry32: the same numbers for the same seed on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const DATA_SETS = [1, 2, 1];

/** Generates schemas, fills them with several sets of data, and holds random queries against what is declared. */
export async function checkRandomQueries(options: RandomOptions): Promise<Outcome> {
  const outcome: Outcome = {
    queries: 0,
    refused: 0,
    columns: 0,
    proven: 0,
    seen: 0,
    shownNull: 0,
    unshown: 0,
    reasons: new Map(),
    wrong: [],
    microseconds: 0,
  };
  const analyser = await connect(options.url);
  const runners = await Promise.all(DATA_SETS.map(() => connect(options.url)));
  try {
    for (let s = 0; s < options.schemas && outcome.wrong.length < (options.most ?? 5); s++) {
      await checkSchema({ ...options, seed: options.seed + s * 7919 }, outcome, analyser, runners);
    }
  } finally {
    for (const client of [analyser, ...runners]) await client.end();
  }
  return outcome;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('notice', () => {});
  await client.connect();
  await client.query(
    'SET jit = off; SET max_parallel_workers_per_gather = 0; SET join_collapse_limit = 1; SET from_collapse_limit = 1',
  );
  return client;
}

async function checkSchema(
  options: RandomOptions,
  outcome: Outcome,
  analyser: Client,
  runners: readonly Client[],
): Promise<void> {
  const random = randomNumbers(options.seed);
  const setup = await prepare(random, options, analyser, runners);
  const draws = Array.from({ length: options.queries }, () => draw(random));
  const catalog = await loadCatalog(analyser, []);
  const generated = draws.map((draw) => statementOf(draw, setup.schema, options.major));
  const declared: (Declared | null)[] = [];
  await describe(
    analyser,
    generated.map(({ sql }) => sql),
    (answer) => declared.push(declaredOf(answer, catalog, outcome)),
  );
  const accepted = generated.filter((_, i) => declared[i] !== null);
  outcome.refused += generated.length - accepted.length;
  const sets = await runOnAll(runners, accepted);
  let next = 0;
  for (const [i, known] of declared.entries()) {
    outcome.queries++;
    if (known === null) continue;
    const at = next++;
    const found = sets.map((rows) => rows[at] ?? null);
    if (found.every((rows) => rows === null)) {
      outcome.refused++;
      continue;
    }
    options.observe?.({ catalog, tree: known.text, sets: found });
    const set = found.findIndex((rows) => rows !== null && violations(known.facts, rows).length > 0);
    if (set >= 0) {
      const [wrong] = violations(known.facts, found[set] ?? []);
      const smallest = await shrunk(draws[i] ?? [], setup.schema, options.major, catalog, analyser, runners);
      outcome.wrong.push({
        ddl: setup.ddl,
        rows: setup.rows[set] ?? [],
        sql: smallest ?? generated[i]?.sql ?? '',
        what: wrong === undefined ? '' : `column ${wrong.column + 1} ${wrong.what}`,
      });
    }
    const rows = found.flatMap((one) => one ?? []);
    count(known.facts, rows, outcome, (column) => kindOf(known.tree, column));
    if (outcome.wrong.length >= (options.most ?? 5)) return;
  }
}

/** What is declared of a statement's columns. */
interface Declared {
  readonly text: string;
  readonly tree: QueryNode;
  readonly facts: readonly Facts[];
}

function declaredOf(answer: Described, catalog: Catalog, outcome: Outcome): Declared | null {
  if (!answer.ok || answer.tree === null) return null;
  const tree = readQuery(answer.tree);
  return { text: answer.tree, tree, facts: declaredFacts(tree, catalog, outcome) };
}

function statementOf(draw: readonly number[], schema: Schema, major: number): Statement {
  const generator = new QueryGenerator(new Choices(draw), schema, major);
  const params: (readonly (string | null)[])[] = [];
  const numbers = new Map<string, number>();
  // Some that were drawn did not make it into the statement.
  const sql = generator.statement().replace(/\$(\d+)/g, (_, drawn: string) => {
    const known = numbers.get(drawn) ?? params.push(generator.params[Number(drawn) - 1] ?? []);
    numbers.set(drawn, known);
    return `$${known}`;
  });
  return { sql, params };
}

/** Runs each statement on every set of data, with that set's values for its parameters. */
function runOnAll(
  runners: readonly Client[],
  statements: readonly Statement[],
): Promise<readonly (readonly Rows[])[]> {
  return Promise.all(
    runners.map((client, set) =>
      runAll(
        client,
        statements.map(({ sql, params }) => ({ sql, values: params.map((values) => values[set] ?? null) })),
      ),
    ),
  );
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
    const answers: Described[] = [];
    await describe(analyser, [statement.sql], (answer) => answers.push(answer));
    const [answer] = answers;
    if (!answer?.ok || answer.tree === null) return true;
    const declared = columnFacts(readQuery(answer.tree), catalog);
    const sets = await runOnAll(runners, [statement]);
    return !sets.some(([rows]) => rows && violations(declared, rows).length > 0);
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

function declaredFacts(query: QueryNode, catalog: Catalog, outcome: Outcome): readonly Facts[] {
  const start = process.hrtime.bigint();
  const declared = columnFacts(query, catalog);
  outcome.microseconds += Number(process.hrtime.bigint() - start) / 1000;
  return declared;
}

function count(
  declared: readonly Facts[],
  rows: readonly (readonly (string | null)[])[],
  outcome: Outcome,
  kind: (column: number) => string,
): void {
  declared.forEach(({ nullable }, i) => {
    outcome.columns++;
    if (!nullable) {
      outcome.proven++;
      if (rows.length > 0) outcome.seen++;
    } else if (rows.some((row) => row[i] === null)) outcome.shownNull++;
    else if (rows.length > 0) {
      outcome.unshown++;
      outcome.reasons.set(kind(i), (outcome.reasons.get(kind(i)) ?? 0) + 1);
    }
  });
}

/** What kind of expression a result column is; for a column, what it is a column of. */
function kindOf(query: QueryNode, column: number): string {
  if (query.setOperations !== null) return 'set operation';
  const expr = resultExpressions(query)[column];
  if (expr?.tag !== 'VAR') return expr?.tag.toLowerCase() ?? 'none';
  const { rtable, resultRelation } = query;
  if (expr.varno === resultRelation) return 'column written to';
  const kind = rtable?.[expr.varno - 1]?.rtekind;
  const name = Object.entries(Rte).find(([, number]) => number === kind)?.[0];
  const outer = enclosing(regionsOf(query).of.get(expr.varno)).length > 0;
  return `column of a ${name}${outer ? ' on the nullable side of a join' : ''}`;
}

/** Runs statements on all sets of data, or on none if one of them refuses. */
async function everywhere(runners: readonly Client[], sql: string): Promise<boolean> {
  const done = await Promise.all(
    runners.map((client) =>
      client.query(`BEGIN; ${sql}; SET CONSTRAINTS ALL IMMEDIATE`).then(
        () => true,
        () => false,
      ),
    ),
  );
  const all = done.every(Boolean);
  await Promise.all(runners.map((client) => client.query(all ? 'COMMIT' : 'ROLLBACK').catch(() => null)));
  return all;
}

interface Setup {
  readonly schema: Schema;
  readonly ddl: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

async function prepare(
  random: () => number,
  options: RandomOptions,
  analyser: Client,
  runners: readonly Client[],
): Promise<Setup> {
  const choices = new Choices(Array.from({ length: 700 }, () => Math.floor(random() * 10_000)));
  const tables = randomSchema(choices, options.major);
  const rows = DATA_SETS.map((fill) => randomRows(choices, tables, fill));
  const schema = { ...tables, tables: [...tables.tables] };
  const ddl = [...tables.ddl];
  await Promise.all(
    runners.map((client, i) =>
      client.query(
        `DROP SCHEMA IF EXISTS d${i} CASCADE; CREATE SCHEMA d${i}; SET search_path = d${i}; ${[...ddl, ...(rows[i] ?? [])].join(';')}`,
      ),
    ),
  );
  for (const statement of tables.late) if (await everywhere(runners, statement)) ddl.push(statement);
  for (let v = 0; v < 3; v++) {
    const generator = new QueryGenerator(new Choices(draw(random)), schema, options.major);
    const { sql, columns } = generator.query([], [], 1, null);
    const name = v === 2 ? 'm0' : `v${v}`;
    const view = `CREATE ${v === 2 ? 'MATERIALIZED ' : ''}VIEW ${name} AS ${sql}`;
    // A view that Postgres refuses is left out.
    if (/\$\d/.test(sql) || !(await everywhere(runners, view))) continue;
    ddl.push(view);
    const fields = columns.map(({ ref, type }) => plain(ref, type));
    schema.tables.push({ name, columns: fields, writable: false, pair: false });
  }
  const [first] = tables.tables;
  if (first !== undefined) {
    const [view = '', ...triggers] = updatableView(choices, first, 'u0');
    if (await everywhere(runners, view)) {
      ddl.push(view);
      for (const statement of triggers) if (await everywhere(runners, statement)) ddl.push(statement);
      schema.tables.push({ ...first, name: 'u0', pair: false });
    }
  }
  // What a materialised view holds may be older than a constraint.
  for (const { name, columns } of tables.tables) {
    const column = columns.at(-1)?.name ?? 'id';
    const tighter = `DELETE FROM ${name} WHERE ${column} IS NULL; ALTER TABLE ${name} ALTER ${column} SET NOT NULL`;
    if (choices.rarely(4) && (await everywhere(runners, tighter))) ddl.push(tighter);
  }
  await analyser.query('SET search_path = d0');
  return { schema, ddl, rows };
}
