import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { analyseStatement, readTree } from '../../src/analysis/analyse-statement.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import type { AnalysisOptions } from '../../src/analysis/options.ts';
import { type DescribeResult, describe } from '../../src/analysis/wire.ts';
import { printModules } from '../../src/codegen/print.ts';
import { requiredByCodegen } from '../../src/codegen/required-analysis.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { findQueryFiles } from '../../src/project/query-files.ts';
import { readStatements } from '../../src/sql/read.ts';
import type { Statement } from '../../src/sql/statement.ts';

/**
 * Runs the stages of the flow one after the other, cold, in this process, and prints what each takes. In a real
 * run the server analyses the next batch while this one is considered, so the whole is less than the sum.
 */
export async function profile(configPath: string, url: string): Promise<void> {
  const stage = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const start = performance.now();
    const result = await work();
    console.log(`  ${name.padEnd(44)}${(performance.now() - start).toFixed(0).padStart(6)} ms`);
    return result;
  };
  const config = loadConfig(configPath, { DATABASE_URL: url });
  const files = await stage('find the files', () => findQueryFiles(config));
  const texts = new Map(files.map(({ file, path }) => [file, readFileSync(path, 'utf8')]));
  const statements = await stage('read their statements', () =>
    [...texts].flatMap(([file, text]) => readStatements(file, text).statements),
  );
  const facts = requiredByCodegen(config);
  const client = new Client({ connectionString: url });
  await stage('connect', () => client.connect());
  const catalog = await stage('load the catalogs', () => loadCatalog(client, [], facts.violations));
  const answers: DescribeResult[] = [];
  await stage('Parse and Describe, trees received', () =>
    describe(
      client,
      statements.map(({ sql }) => sql),
      (described) => answers.push(described),
    ),
  );
  await client.end();
  const queries = await stage('read the trees and answer the questions', () =>
    statements.map((statement, i) => analysed(catalog, statement, answers[i], texts, facts)),
  );
  await stage('print the modules', () =>
    printModules({
      config,
      files: files.map(({ file, output }) => ({
        file,
        output,
        queries: queries.filter((query) => query.statement.file === file),
      })),
    }),
  );
}

function analysed(
  catalog: Parameters<typeof analyseStatement>[0],
  statement: Statement,
  answer: DescribeResult | undefined,
  texts: ReadonlyMap<string, string>,
  facts: AnalysisOptions,
): AnalysedQuery {
  if (!answer?.ok) throw new Error(`${statement.name} was not described`);
  const { query } = analyseStatement(
    catalog,
    statement,
    { ...answer, query: readTree(answer.tree) },
    {
      texts,
      lenientParameters: true,
      facts,
    },
  );
  if (query === null) throw new Error(`${statement.name} is broken`);
  return query;
}
