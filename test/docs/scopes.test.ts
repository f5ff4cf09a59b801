import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { ownerScopes } from '../../src/analysis/ownership/owner-scope.ts';
import { renderDiagnostic } from '../../src/cli/print-diagnostics.ts';
import { colorsFor } from '../../src/cli/terminal.ts';
import { answerLines, answersOf } from '../../src/impact/queries/questions.ts';
import type { ScopeConfig } from '../../src/scope-config.ts';
import { readStatements } from '../../src/sql/read.ts';
import { createDatabase } from '../support/postgres.ts';
import { blocksOf } from './support/blocks.ts';

const blocks = blocksOf('docs/scopes.md');
const marked = (mark: string) => blocks.find((block) => block.mark === mark)?.text ?? '';
const { nodrift }: { readonly nodrift: { readonly scopes: Readonly<Record<string, ScopeConfig>> } } =
  JSON.parse(marked('scopes: config'));

let client: Client;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await createDatabase(18, marked('scopes: schema'));
  client = new Client({ connectionString: database.url });
  await client.connect();
  drop = database.drop;
});
afterAll(async () => {
  await client.end();
  await drop();
});

async function errorsOf(text: string): Promise<string> {
  const file = 'queries/tasks.sql';
  const { statements, diagnostics: unread } = readStatements(file, text);
  const texts = new Map([[file, text]]);
  const { diagnostics } = await analyse(client, statements, {
    texts,
    lenientParameters: false,
    scopes: ownerScopes(nodrift.scopes, await loadCatalog(client, [])).scopes,
  });
  const colors = colorsFor(process.stderr, { NO_COLOR: '1' });
  return [...unread, ...diagnostics]
    .map((found) => `${renderDiagnostic(found, { colors, root: '/p', cwd: '/p' })}\n`)
    .join('\n');
}

const schemas = ['scopes: schema', 'scopes: policies'];
const queries = blocks.filter(({ language, mark }) => language === 'sql' && !schemas.includes(mark ?? ''));

test.each(queries.map((block, i) => [i, block] as const))('the queries of block %i', async (_, block) => {
  const shown = block.mark === 'scopes: fails' ? (blocks[blocks.indexOf(block) + 1]?.text ?? '') : '';
  expect(await errorsOf(block.text)).toBe(shown);
});

test('a query that policies limit', async () => {
  await client.query(`CREATE TABLE invoices (id int, user_id uuid); ${marked('scopes: policies')}`);
  const { statements } = readStatements('q.sql', '/* @name Invoices :many */\nSELECT id FROM invoices;\n');
  const user = { parameter: 'userId', tables: { invoices: 'user_id' }, setting: 'app.user_id' };
  const { queries: analysed, diagnostics } = await analyse(client, statements, {
    texts: new Map(),
    lenientParameters: false,
    scopes: ownerScopes({ user }, await loadCatalog(client, [])).scopes,
  });
  expect(diagnostics).toEqual([]);
  const lines = analysed
    .flatMap((query) => answerLines(answersOf(query)))
    .filter(([word]) => word === 'scopes');
  expect(`${lines.map(([, text]) => text).join('\n')}\n`).toBe(marked('scopes: inspected policies'));
});
