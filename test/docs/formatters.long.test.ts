import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { readStatements } from '../../src/sql/read.ts';
import { openSample, type SampleDatabase } from '../sample/database.ts';
import { placeOf, root } from './support/blocks.ts';
import { healthyExamples } from './support/examples.ts';

// As docs/ci.md says.
const settings = { language: 'postgresql', paramTypes: { named: [':', '@'] } };

let database: SampleDatabase;
beforeAll(async () => {
  database = await openSample(18);
});
afterAll(() => database?.close());

/** Formats several files in one run. */
function formatted(texts: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'nodrift-format-'));
  const config = join(folder, 'settings.json');
  const file = join(folder, 'queries.sql');
  writeFileSync(config, JSON.stringify(settings));
  writeFileSync(file, texts.map((text) => `/* next file */\n${text}`).join('\n'));
  const command = join(root, 'node_modules/sql-formatter/bin/sql-formatter-cli.cjs');
  const output = execFileSync(process.execPath, [command, '--config', config, file], { encoding: 'utf8' });
  return output.split('/* next file */').slice(1);
}

async function analysed(texts: readonly string[]) {
  const files = texts.map((text, i) => [`${i}.sql`, text] as const);
  const statements = files.flatMap(([file, text]) => {
    const read = readStatements(file, text);
    expect(read.diagnostics, text).toEqual([]);
    return read.statements;
  });
  const options = { texts: new Map(files), lenientParameters: false };
  const { queries, diagnostics } = await analyse(database.client, statements, options);
  expect(diagnostics).toEqual([]);
  return queries.map(withoutLayout);
}

/** All that the analysis says, without places and white space. */
function withoutLayout({ statement, optional, loader, ...query }: AnalysedQuery) {
  const dense = (text: string) => text.replaceAll(/\s+/g, '');
  return {
    ...query,
    loader: loader && dense(loader),
    statement: {
      ...{ name: statement.name, file: statement.file, documentation: statement.documentation },
      ...{ sqlc: statement.sqlc, params: statement.params, sql: dense(statement.sql) },
      optional: statement.optional?.map(({ name }) => name),
    },
    optional:
      optional &&
      JSON.parse(JSON.stringify(optional), (_, value) => (typeof value === 'string' ? dense(value) : value)),
  };
}

test('sql-formatter leaves the meaning of every example as it is', async () => {
  const texts = healthyExamples.map(({ sql }) => sql.text);
  const after = formatted(texts);
  expect(after.length).toBe(texts.length);
  const changed = after.filter((text, i) => text.trim() !== texts[i]?.trim());
  expect(changed.length).toBeGreaterThan(20);
  expect(await analysed(after)).toEqual(await analysed(texts));
});

test.each(healthyExamples.map(({ sql }) => [placeOf(sql), sql.text] as const))(
  'no mark is in the text of %s, where formatters stop',
  (_, text) => {
    const { statements } = readStatements('example.sql', text);
    for (const { name, body } of statements) expect(body, name).not.toMatch(/:\w+[!?](?![=~])/);
  },
);
