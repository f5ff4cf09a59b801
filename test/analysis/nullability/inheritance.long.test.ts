import { describe, expect, it } from 'vitest';
import { columnFacts } from '../../../src/analysis/nullability.ts';
import { analysed } from '../../support/analysed.ts';
import { majors } from '../../support/postgres.ts';

describe.each(majors.filter((major) => major < 18))(
  'a child that is laxer than its parent, on PostgreSQL %i',
  (major) => {
    it('makes the column nullable where children are read too', async () => {
      const on = await analysed(
        major,
        `CREATE TABLE parent (id int NOT NULL, label text NOT NULL);
       CREATE TABLE child () INHERITS (parent);
       ALTER TABLE child ALTER label DROP NOT NULL;
       INSERT INTO child VALUES (1, NULL);
       CREATE TABLE checked (state text NOT NULL CHECK (state IN ('a', 'b')));
       CREATE TABLE unchecked () INHERITS (checked);
       ALTER TABLE unchecked ALTER state DROP NOT NULL;
       INSERT INTO unchecked VALUES (NULL)`,
      );
      const nullable = async (sql: string) =>
        columnFacts((await on.tree(sql)).tree, on.catalog).map((facts) => facts.nullable);
      try {
        expect(await nullable('SELECT id, label FROM parent')).toEqual([false, true]);
        expect(await on.rows('SELECT id, label FROM parent')).toEqual([[1, null]]);
        expect(await nullable('SELECT id, label FROM ONLY parent')).toEqual([false, false]);
        // A CHECK constraint also passes where it is NULL.
        expect(await nullable('SELECT state FROM checked')).toEqual([true]);
        expect(await on.rows('SELECT state FROM checked')).toEqual([[null]]);
        expect(await nullable('UPDATE parent SET id = 2 RETURNING id, label')).toEqual([false, true]);
      } finally {
        await on.close();
      }
    });
  },
);

describe('on PostgreSQL 18', () => {
  it('a child cannot be laxer', async () => {
    const on = await analysed(
      18,
      'CREATE TABLE parent (id int NOT NULL); CREATE TABLE child () INHERITS (parent)',
    );
    try {
      await expect(on.client.query('ALTER TABLE child ALTER id DROP NOT NULL')).rejects.toThrow('inherited');
    } finally {
      await on.close();
    }
  });

  it('NOT NULL NO INHERIT says nothing of children, nor what a CHECK has with it', async () => {
    const on = await analysed(
      18,
      `CREATE TABLE parent (state text NOT NULL NO INHERIT CHECK (state IN ('a', 'b')));
       CREATE TABLE child () INHERITS (parent); INSERT INTO child VALUES (NULL)`,
    );
    try {
      const { tree } = await on.tree('SELECT state FROM parent');
      expect(columnFacts(tree, on.catalog)).toEqual([{ nullable: true }]);
      expect(await on.rows('SELECT state FROM parent')).toEqual([[null]]);
    } finally {
      await on.close();
    }
  });

  it('NOT NULL is relied upon when it is valid, and where it is enforced', async () => {
    const on = await analysed(
      18,
      `CREATE TABLE t (a int, b int); INSERT INTO t VALUES (NULL, 1);
       ALTER TABLE t ADD CONSTRAINT a_there NOT NULL a NOT VALID; ALTER TABLE t ALTER b SET NOT NULL;
       CREATE TABLE u (a int CHECK (a IS NOT NULL) NOT ENFORCED, b int CHECK (b IS NOT NULL));
       INSERT INTO u VALUES (NULL, 1)`,
    );
    try {
      for (const table of ['t', 'u']) {
        const { tree } = await on.tree(`SELECT a, b FROM ${table}`);
        expect(columnFacts(tree, on.catalog)).toEqual([{ nullable: true }, { nullable: false }]);
        expect(await on.rows(`SELECT a, b FROM ${table}`)).toEqual([[null, 1]]);
      }
    } finally {
      await on.close();
    }
  });
});
