import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { countSteps, step } from '../../src/analysis/steps.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

describe('the budget of a statement', () => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed('PGlite', 'CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL)');
  });
  afterAll(() => database?.close());

  async function columnsWithin(stepBudget: number) {
    const text =
      '-- @name Costly :many\nSELECT n + id AS x FROM a;\n-- @name Other :many\nSELECT id FROM a;\n';
    const { statements } = readStatements('q.sql', text);
    const { queries, warnings, diagnostics } = await analyse(database.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      stepBudget,
    });
    expect(diagnostics).toEqual([]);
    return { nullable: queries.map(({ columns }) => columns[0]?.value.nullable), warnings };
  }

  it('is enough for any statement that a person writes', async () => {
    expect(await columnsWithin(10_000)).toEqual({ nullable: [false, false], warnings: [] });
  });

  it('ends the analysis with wider types and a note that names the statement', async () => {
    const { nullable, warnings } = await columnsWithin(1);
    expect(nullable[0]).toBe(true);
    expect(warnings[0]).toMatchObject({ file: 'q.sql', line: 1, message: expect.stringContaining('Costly') });
  });

  it('counts what is analysed within an analysis, too', () => {
    const { steps, exhausted } = countSteps(() => {
      step(2);
      countSteps(() => step(3), 1);
    }, 10);
    expect({ steps, exhausted }).toEqual({ steps: 5, exhausted: false });
  });
});
