import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { Facts } from '../../src/analysis/facts.ts';
import { notNull } from '../../src/analysis/facts.ts';
import { openStatement } from '../../src/analysis/nullability.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

const read: string[] = [];
vi.mock('../../src/analysis/tree/read.ts', async (original) => {
  const real = await original<typeof import('../../src/analysis/tree/read.ts')>();
  const counted =
    <T>(reading: (text: string) => T) =>
    (text: string) => {
      read.push(text);
      return reading(text);
    };
  return {
    ...real,
    readQuery: counted(real.readQuery),
    readQueryAndPlaces: counted(real.readQueryAndPlaces),
  };
});

describe("a statement's tree", () => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed('PGlite', 'CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL, j jsonb)');
  });
  afterAll(() => database?.close());
  beforeEach(() => {
    read.length = 0;
  });

  it.each([
    ['a query', 'SELECT n FROM a'],
    ['stars that are expanded', 'SELECT *, (SELECT b FROM a b LIMIT 1) AS b FROM a'],
    ['a star that stays as it is', 'SELECT count(*) FROM a'],
    ['a star without columns', 'SELECT x.*, 1 AS one FROM a, LATERAL (SELECT) x'],
    ['built JSON', 'SELECT jsonb_build_object($$a$$, id) AS x FROM a'],
    ['a write', 'INSERT INTO a (id, n) VALUES (1, :n) RETURNING *'],
    ['a relation of the system', 'SELECT * FROM pg_class'],
  ])('is read once: %s', async (_, sql) => {
    const text = `-- @name One :many\n${sql};\n`;
    const { statements } = readStatements('q.sql', text);
    const texts = new Map([['q.sql', text]]);
    const { diagnostics } = await analyse(database.client, statements, { texts, lenientParameters: false });
    expect({ read: read.length, diagnostics }).toEqual({ read: 1, diagnostics: [] });
  });

  it('is opened once for all that ask with the same parameters', async () => {
    const { tree } = await database.tree(
      'SELECT jsonb_build_object($$a$$, coalesce(n, $1)) AS x FROM a WHERE id = $1 OR n IS NULL',
    );
    const { catalog } = database;
    for (const params of [null, [notNull]]) {
      const steps = [1, 2].map(() => countSteps(() => openStatement(tree, catalog, params).columns()).steps);
      expect(steps).toEqual([expect.any(Number), 0]);
      expect(steps[0]).toBeGreaterThan(1);
    }
    const open = (params: readonly Facts[] | null) => openStatement(tree, catalog, params);
    expect(open([notNull])).not.toBe(open(null));
    expect(open([])).toBe(open(null));
  });
});
