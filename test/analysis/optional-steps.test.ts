import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareAnalysis } from '../../src/analysis/analyse.ts';
import { findCandidates } from '../../src/analysis/optional/candidates.ts';
import { offsets } from '../../src/analysis/optional/places.ts';
import { firstDifference } from '../../src/analysis/optional/same-tree.ts';
import { everything } from '../../src/analysis/options.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import { describe as describeStatements } from '../../src/analysis/wire.ts';
import { cutIntoPieces, type Piece } from '../../src/sql/pieces.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

describe('parts that depend on parameters', () => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed('PGlite', 'CREATE TABLE car (id int PRIMARY KEY, make text NOT NULL, n int)');
  });
  afterAll(() => database?.close());

  const found = async (count: number) => {
    const range = Array.from({ length: count }, (_, i) => i);
    const guards = range.map((i) => `(:all OR make > 'é' || ${i} OR n IS NULL)`);
    const keys = range.map((i) => `CASE WHEN :sort = 'k' THEN id + ${i} END`);
    const text = `/* @name Q :many */ SELECT id FROM car WHERE ${guards.join(' AND ')} ORDER BY ${keys.join(', ')};`;
    const { statements } = readStatements('q.sql', text);
    const [statement] = statements;
    const catalog = await prepareAnalysis(database.client, everything);
    const answers: Parameters<Parameters<typeof describeStatements>[2]>[0][] = [];
    await describeStatements(database.client, [statement?.sql ?? ''], (described) => {
      answers.push(described);
      return undefined;
    });
    const [described] = answers;
    if (statement === undefined || !described?.ok) throw new Error('no statement');
    const { result, steps } = countSteps(() => findCandidates({ statement, described }, catalog));
    const { whole } = result;
    if (whole === null) throw new Error('no tree');
    const compared = countSteps(() =>
      firstDifference(
        whole,
        whole,
        () => null,
        new Map([
          [1, 1],
          [2, 2],
        ]),
      ),
    );
    expect(compared.result).toBeNull();
    // Each run of the text is asked for once for each alternative that has it.
    let runs = 0;
    const edits = result.all.map(({ run, list }) => ({
      ...run,
      ...(list && { list }),
      pieces: (cut: { run: (start: number, end: number) => readonly Piece[] }) => {
        runs += 1;
        return cut.run(run.start, run.end);
      },
    }));
    cutIntoPieces(statement, edits, result.casts);
    return { steps, compared: compared.steps, runs, parts: result.all.length };
  };

  it('take steps in proportion to their number', async () => {
    const [few, many] = [await found(20), await found(80)];
    expect([few.parts, many.parts]).toEqual([40, 160]);
    expect([few.runs, many.runs]).toEqual([40, 160]);
    expect(many.steps).toBeLessThan(few.steps * 4.2);
    expect(many.compared).toBeLessThan(few.compared * 4.2);
  });

  it('are few enough for the server', async () => {
    const { parts } = await found(300);
    expect(parts).toBe(600);
  });

  it('are at the offsets of their characters', () => {
    const sql = 'aé€😀b';
    const offset = offsets(sql);
    expect([0, 1, 3, 6, 10].map(offset)).toEqual([0, 1, 2, 3, 5]);
    expect(offset(Buffer.byteLength(sql))).toBe(sql.length);
  });
});
