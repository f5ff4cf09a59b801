import { Client } from 'pg';
import type { Catalog } from '../../../src/analysis/catalog/catalog.ts';
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
  await inDatabase(url, 'corpus', async (client) => {
    await client.query(corpusSchema);
    const checked = await checkCorpus(client, major, (seen) => corpus.push(seen));
    refuse(checked.flatMap(({ wrong }) => wrong));
  });
  // What is the same in all databases is written down once.
  let shared: Pick<Catalog, 'functions' | 'operators' | 'equality'> | null = null;
  const known = new Map<Catalog, Catalog>();
  await inDatabase(url, 'random', async (_, own) => {
    const outcome = await checkRandomQueries({
      url: own,
      major,
      schemas: Math.ceil(queries / 100),
      queries: 100,
      seed: 1,
      observe: (seen) => {
        const { functions, operators, equality } = seen.catalog;
        shared ??= { functions, operators, equality };
        const catalog = known.get(seen.catalog) ?? { ...seen.catalog, ...shared };
        known.set(seen.catalog, catalog);
        random.push({ ...seen, catalog });
      },
    });
    refuse(outcome.wrong.map(({ sql }) => sql));
  });
  return { major, corpus, random };
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
