import { Client } from 'pg';
import { corpusSchema } from '../corpus.ts';
import { checkCorpus } from '../corpus-check.ts';
import { checkRandomQueries } from '../random.ts';

/**
 * Looks for something that contradicts what is declared: in the corpus, then in random queries, on a new server and on
 * an old one. Prints where it was found, or nothing.
 *
 * Arguments: URL and major of each server, then how many seconds to try random queries.
 */
const [newest = '', newestMajor, oldest = '', oldestMajor, seconds] = process.argv.slice(2);
console.log((await found()) ?? '');
process.exit(0);

async function found(): Promise<string | null> {
  for (const [url, major] of [
    [newest, Number(newestMajor)],
    [oldest, Number(oldestMajor)],
  ] as const) {
    const wrong = await inCorpus(url, major);
    if (wrong > 0) return `corpus: ${wrong}${url === oldest ? ` on PostgreSQL ${major}` : ''}`;
  }
  const end = Date.now() + Number(seconds) * 1000;
  for (const [url, major, until] of [
    [newest, Number(newestMajor), end],
    [oldest, Number(oldestMajor), end + Number(seconds) * 500],
  ] as const) {
    const number = await inRandomQueries(url, major, until);
    if (number !== null) return `random query ${number}${url === oldest ? ` on PostgreSQL ${major}` : ''}`;
  }
  return null;
}

async function inCorpus(url: string, major: number): Promise<number> {
  return inDatabase(url, async (client) => {
    await client.query(corpusSchema);
    const checked = await checkCorpus(client, major);
    return checked.filter(({ wrong }) => wrong.length > 0).length;
  });
}

async function inRandomQueries(url: string, major: number, until: number): Promise<number | null> {
  return inDatabase(url, async (_, own) => {
    const { wrong, queries } = await checkRandomQueries({
      url: own,
      major,
      schemas: 1000,
      queries: 100,
      seed: 1,
      most: 1,
      until,
      shrink: false,
    });
    return wrong.length > 0 ? queries : null;
  });
}

async function inDatabase<T>(url: string, work: (client: Client, url: string) => Promise<T>): Promise<T> {
  const name = `mutation_${process.pid}_${Date.now()}`;
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const client = new Client({ connectionString: own });
  await client.connect();
  try {
    return await work(client, own);
  } finally {
    await client.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}
