import { Client } from 'pg';
import { expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { everything } from '../../src/analysis/options.ts';
import { distributionScope } from '../../src/analysis/ownership/route.ts';
import { answerLines, answersOf } from '../../src/impact/queries/questions.ts';
import { readStatements } from '../../src/sql/read.ts';
import { createDatabase } from '../support/postgres.ts';
import { blocksOf } from './support/blocks.ts';

const blocks = blocksOf('docs/scale.md');
const marked = (mark: string) => blocks.find((block) => block.mark === `distribution: ${mark}`)?.text ?? '';

test('the routes of the queries on the page', async () => {
  const { nodrift } = JSON.parse(marked('config'));
  const { url, drop } = await createDatabase(18, marked('schema'));
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const configured = { columns: nodrift.distribution, singleShard: nodrift.routing === 'single-shard' };
    const { distribution } = distributionScope(configured, await loadCatalog(client, []));
    const { statements } = readStatements('q.sql', marked('queries'));
    const { queries, diagnostics } = await analyse(client, statements, {
      texts: new Map(),
      lenientParameters: false,
      facts: everything,
      ...(distribution && { distribution }),
    });
    expect(diagnostics).toEqual([]);
    const lines = queries.map((query) => {
      const name = query.statement.name.replace(/^./, (letter) => letter.toLowerCase());
      const route = answerLines(answersOf(query)).flatMap(([word, text]) => (word === 'route' ? [text] : []));
      return `${name.padEnd(11)}  ${route.join('')}\n`;
    });
    expect(lines.join('')).toBe(marked('routes'));
  } finally {
    await client.end();
    await drop();
  }
});
