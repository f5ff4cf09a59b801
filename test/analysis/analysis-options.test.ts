import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysisOptions } from '../../src/analysis/options.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

const text = `
  /* @name Named :many */ SELECT id, name FROM person WHERE id = :id;
  /* @name Rename */ UPDATE person SET name = :name WHERE id = :id RETURNING name;
`;
const marked = `
  /* @name First :one */ SELECT name FROM person;
  /* @name ById :one */ SELECT name FROM person WHERE id = :id;
`;
const nothing: AnalysisOptions = {
  rows: false,
  effects: false,
  violations: false,
  contents: false,
  optional: false,
  arrays: false,
  assigned: false,
};

describe('of what is not requested', () => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(
      18,
      `CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL CHECK (name IN ('a', 'b')))`,
    );
  });
  afterAll(() => database.close());

  const ask = (text: string, facts?: AnalysisOptions) =>
    analyse(database.client, readStatements('q.sql', text).statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      ...(facts && { facts }),
    });

  it('nothing is known, and all else is the same', async () => {
    const whole = await ask(text);
    const sparse = await ask(text, nothing);
    expect(sparse).toEqual({
      ...whole,
      queries: whole.queries.map(({ operations, calls, assigned, ...query }) => ({
        ...query,
        columns: query.columns.map(({ value: { literals, ...value }, ...column }) => ({ ...column, value })),
        rows: { min: 0, max: null },
        reads: [],
        writes: [],
        readOnly: null,
        violations: { constraints: [], open: true },
      })),
    });
    expect(whole.queries[0]?.columns[1]?.value.literals).toEqual(['a', 'b']);
    expect(
      whole.queries.map(({ rows, reads, readOnly, violations }) => [rows, reads, readOnly, violations.open]),
    ).toEqual([
      [{ min: 0, max: 1 }, [{ schema: 'public', table: 'person', columns: ['id', 'name'] }], true, false],
      [{ min: 0, max: 1 }, [{ schema: 'public', table: 'person', columns: ['id', 'name'] }], false, false],
    ]);
  });

  it('a command is still held to what it promises', async () => {
    const { queries, diagnostics } = await ask(marked, nothing);
    expect(queries.map(({ statement }) => statement.name)).toEqual(['ById']);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'First: it is marked :one, but nothing proves that it returns at most one row',
    ]);
  });
});
