import { expect, it } from 'vitest';
import { loadCatalog } from '../../../src/analysis/catalog/load.ts';
import { columnFacts } from '../../../src/analysis/nullability.ts';
import { analysed } from '../../support/analysed.ts';

it('a materialised view that was not refreshed contradicts nothing', async () => {
  const on = await analysed(
    18,
    `CREATE TABLE t (id int, label text, n int);
     INSERT INTO t VALUES (1, NULL, NULL), (NULL, 'a', NULL);
     CREATE DOMAIN word AS text;
     CREATE FUNCTION lax(int) RETURNS int LANGUAGE sql RETURN $1;
     CREATE FUNCTION shown(int) RETURNS boolean LANGUAGE sql RETURN true;
     CREATE VIEW lower AS SELECT id, label FROM t;
     CREATE MATERIALIZED VIEW kept AS
       SELECT id, label, lax(n) AS n, length(label::word) AS size, t.tableoid IS NULL AS missing FROM t WHERE shown(n);
     CREATE MATERIALIZED VIEW over_view AS SELECT id, label FROM lower;
     CREATE MATERIALIZED VIEW totals AS SELECT coalesce(id, 0) AS id, count(*) AS n, max(id) AS id_too FROM t GROUP BY id;
     CREATE MATERIALIZED VIEW filtered AS SELECT id, label FROM t WHERE id IS NOT NULL;
     CREATE MATERIALIZED VIEW over_filtered AS SELECT id, label FROM filtered;
     UPDATE t SET id = coalesce(id, 2), label = coalesce(label, 'b'), n = 1;
     ALTER TABLE t ALTER id SET NOT NULL, ADD CHECK (label IS NOT NULL), ALTER n SET NOT NULL;
     ALTER DOMAIN word SET NOT NULL;
     CREATE OR REPLACE FUNCTION lax(int) RETURNS int LANGUAGE sql RETURN coalesce($1, 0);
     CREATE OR REPLACE FUNCTION shown(int) RETURNS boolean LANGUAGE sql STRICT RETURN true;
     CREATE OR REPLACE VIEW lower AS SELECT coalesce(id, 0) AS id, coalesce(label, '') AS label FROM t`,
  );
  try {
    const catalog = await loadCatalog(on.client, []);
    const cases = [
      ['SELECT id, label, n, size, missing FROM kept', [true, true, true, true, false]],
      ['SELECT id, label FROM over_view', [true, true]],
      ['SELECT id, n, id_too FROM totals', [false, false, true]],
      ['SELECT id, label FROM filtered', [false, true]],
      ['SELECT id, label FROM over_filtered', [false, true]],
      // The table itself is what its constraints say.
      ['SELECT id, label, n FROM t', [false, false, false]],
      ['SELECT id, label FROM lower', [false, false]],
    ] as const;
    for (const [sql, expected] of cases) {
      const { tree } = await on.tree(sql);
      const facts = columnFacts(tree, catalog);
      expect(
        facts.map(({ nullable }) => nullable),
        sql,
      ).toEqual(expected);
      for (const row of await on.rows(sql)) {
        facts.forEach(({ nullable }, i) => {
          if (!nullable) expect(row[i], `${sql}: column ${i + 1}`).not.toBeNull();
        });
      }
    }
    // So it is with NULLs that the constraints of today forbid.
    expect(await on.rows('SELECT id FROM kept WHERE label IS NULL OR id IS NULL')).toHaveLength(2);
  } finally {
    await on.close();
  }
});
