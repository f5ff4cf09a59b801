import { Client } from 'pg';
import type { Catalog, Lookup } from '../../../src/analysis/catalog/catalog.ts';
import { corpusSchema } from '../corpus.ts';
import { checkCorpus } from '../corpus-check.ts';
import { checkRandomQueries, type Seen } from '../random.ts';

/** Statements that ran on a server, and what came of them. */
export interface Recording {
  readonly major: number;
  readonly corpus: readonly Seen[];
  readonly random: readonly Seen[];
}

/** Runs the corpus and some random queries: their rows don't depend on the rules that are broken. */
export async function record(url: string, major: number, queries: number): Promise<Recording> {
  const corpus: Seen[] = [];
  const random: Seen[] = [];
  const known = new Map<Catalog, Catalog>();
  await inDatabase(url, 'corpus', async (client) => {
    await client.query(corpusSchema);
    const checked = await checkCorpus(client, major, (seen) => {
      const catalog = known.get(seen.catalog) ?? { ...seen.catalog, ...madeOf(seen.catalog) };
      known.set(seen.catalog, catalog);
      corpus.push({ ...seen, catalog });
    });
    refuse(checked.flatMap(({ wrong }) => wrong));
  });
  // What is the same in all databases is written down once.
  let shared: Pick<Catalog, 'functions' | 'operators' | 'equality'> | null = null;
  await inDatabase(url, 'random', async (_, own) => {
    const outcome = await checkRandomQueries({
      url: own,
      major,
      schemas: Math.ceil(queries / 100),
      queries: 100,
      seed: 1,
      observe: (seen) => {
        shared ??= { ...madeOf(seen.catalog), equality: seen.catalog.equality };
        const catalog = known.get(seen.catalog) ?? { ...seen.catalog, ...shared };
        known.set(seen.catalog, catalog);
        random.push({ ...seen, catalog });
      },
    });
    refuse(outcome.wrong.map(({ sql }) => sql));
  });
  return { major, corpus, random };
}

/** No object of a server that has just been made has a greater one. */
const LAST_OID = 2 ** 17;

/** What a catalog makes when it is asked for, made: it can't be written down otherwise. */
function madeOf({ functions, operators }: Catalog): Pick<Catalog, 'functions' | 'operators'> {
  return { functions: allOf(functions), operators: allOf(operators) };
}

function allOf<T>(lookup: Lookup<T>): ReadonlyMap<number, T> {
  const all = new Map<number, T>();
  for (let oid = 1; oid <= LAST_OID; oid++) {
    const entry = lookup.get(oid);
    if (entry !== undefined) all.set(oid, entry);
  }
  return all;
}

function refuse(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(`The rules as they are: ${wrong[0]}`);
}

async function inDatabase(
  url: string,
  name: string,
  work: (client: Client, url: string) => Promise<void>,
): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const client = new Client({ connectionString: own });
  await client.connect();
  try {
    await work(client, own);
  } finally {
    await client.end();
  }
}
