import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const folder = new URL('./corpus/', import.meta.url);

export interface CorpusQuery {
  /** The file that it is in, without `.sql`. */
  readonly topic: string;
  readonly sql: string;
  /** The first major that has what it uses. */
  readonly since: number;
}

/** Tables with data that is rich in NULLs, empty tables, views, functions, triggers. */
export const corpusSchema: string = readFileSync(new URL('schema.sql', folder), 'utf8');

/** The queries of corpus/*.sql, one after the other; `-- version 17` in one says since when it is possible. */
export const corpusQueries: readonly CorpusQuery[] = readdirSync(folder)
  .filter((file) => file.endsWith('.sql') && file !== 'schema.sql')
  .sort()
  .flatMap((file) => {
    const statements = readFileSync(new URL(file, folder), 'utf8')
      .split(/;\n/)
      .map((sql) => sql.trim());
    return statements
      .filter((sql) => sql !== '')
      .map((sql) => ({
        topic: basename(file, '.sql'),
        sql,
        since: Number(/-- version (\d+)/.exec(sql)?.[1] ?? 14),
      }));
  });

/** What is expected to be proven: the file to compare with, and how a query's columns are written there. */
export function expectedFile(topic: string): string {
  return new URL(`${topic}.expected`, folder).pathname;
}
