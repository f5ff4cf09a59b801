import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PgType, Value } from '../../src/analysis/type.ts';
import { bySeverity } from '../../src/impact/change.ts';
import type { SnapshotComparison } from '../../src/impact/compare-snapshots.ts';
import { parameterChange, resultChange } from '../../src/impact/queries/value-change.ts';
import { changes, queries, schema } from '../schema/support/schema-changes.ts';
import fc from '../support/fast-check.ts';
import { compared, linesOf, type States, statesOf } from './support/states.ts';

/** Tables that no query below names, each with everything that a table can have. */
const bystanders = ['ledger', 'archive.papers', '"Odd ""name"""'] as const;
// Of types and functions that no change of the table below takes away.
const besides = `CREATE TYPE feeling AS ENUM ('ok', 'sad');
${bystanders
  .map(
    (table, i) => `
CREATE TABLE ${table} (id integer PRIMARY KEY, title text NOT NULL DEFAULT 'x', mood feeling, amount numeric(10, 2),
  CONSTRAINT "c${i}" CHECK (amount > 0), CONSTRAINT "u${i}" UNIQUE (title));
CREATE INDEX "i${i}" ON ${table} (amount);
CREATE TRIGGER "t${i}" BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION touch();`,
  )
  .join('\n')}`;

/** A change of a table that no query uses. */
const bystanding = fc
  .tuple(fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: 17 }), fc.nat(99))
  .map(([index, kind, n]) => {
    const table = bystanders[index] ?? '';
    return [
      `ALTER TABLE ${table} ADD COLUMN extra${n} integer NOT NULL DEFAULT ${n}`,
      `ALTER TABLE ${table} DROP COLUMN amount`,
      `ALTER TABLE ${table} RENAME COLUMN title TO name${n}`,
      `ALTER TABLE ${table} ALTER COLUMN title DROP NOT NULL`,
      `ALTER TABLE ${table} ALTER COLUMN amount SET NOT NULL`,
      `ALTER TABLE ${table} ALTER COLUMN title DROP DEFAULT`,
      `ALTER TABLE ${table} ALTER COLUMN amount TYPE numeric(${5 + n}, 1)`,
      `ALTER TABLE ${table} ADD CONSTRAINT more${n} CHECK (id > ${n})`,
      `ALTER TABLE ${table} DROP CONSTRAINT "c${index}"`,
      `ALTER TABLE ${table} DROP CONSTRAINT "u${index}"`,
      `CREATE UNIQUE INDEX more${n} ON ${table} (amount)`,
      `DROP INDEX ${index === 1 ? 'archive.' : ''}"i${index}"`,
      `DROP TRIGGER "t${index}" ON ${table}`,
      `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON ${table} USING (id > ${n})`,
      `GRANT ALL ON ${table} TO PUBLIC; REVOKE SELECT ON ${table} FROM PUBLIC`,
      `ALTER TABLE ${table} RENAME TO renamed${n}`,
      `DROP TABLE ${table}`,
      `CREATE TABLE new${n} (id integer); CREATE VIEW view${n} AS SELECT * FROM ${table}`,
    ][kind] as string;
  });

/** Queries that something grave happens to. */
function grave({ impacts }: SnapshotComparison): readonly string[] {
  return impacts.filter(({ severity }) => severity === 'breaks').map(({ name }) => name);
}

describe('impact', () => {
  let states: States;
  beforeAll(async () => {
    states = await statesOf(18, schema + besides, queries);
  });
  afterAll(() => states?.close());

  test('of a change that touches nothing that a query uses there is none', async () => {
    await fc.assert(
      fc.asyncProperty(bystanding, async (sql) => {
        const [before, after] = await states.through(sql);
        expect(linesOf(compared(before, after))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('of two migrations names every query that both together break or change', async () => {
    const one = fc.constantFrom(...changes.filter(({ impact }) => impact.length > 0));
    await fc.assert(
      fc.asyncProperty(one, one, async (a, b) => {
        const found = await states.through(a.sql, b.sql).catch(() => null);
        // Not all changes can follow one another.
        fc.pre(found !== null);
        const [before, between, after] = found ?? [];
        const together = compared(before, after);
        const [first, second] = [compared(before, between), compared(between, after)];
        const named = [...first.impacts, ...second.impacts].map(({ name }) => name);
        expect(named).toEqual(expect.arrayContaining(together.impacts.map(({ name }) => name)));
        expect([...grave(first), ...grave(second)]).toEqual(expect.arrayContaining([...grave(together)]));
      }),
      { numRuns: 12 },
    );
  });

  test('of a change and its contrary: what is refused is accepted, and nothing is narrower both ways', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...changes), async ({ sql }) => {
        const [before, after] = await states.through(sql);
        const [forth, back] = [compared(before, after), compared(after, before)];
        const refused = (found: SnapshotComparison, text: 'before' | 'after') =>
          found.impacts
            .flatMap(({ name, changes: all }) => all.map((change) => ({ name, ...change })))
            .filter((change) => change.kind === 'query' && change[text] === 'accepted')
            .map(({ name }) => name);
        expect(new Set(refused(back, 'after'))).toEqual(new Set(refused(forth, 'before')));
        for (const { name, changes: all } of forth.impacts) {
          const others = back.impacts.find((found) => found.name === name)?.changes ?? [];
          for (const change of all.filter(({ kind }) => kind === 'parameter')) {
            const other = others.find(
              ({ kind, subject }) => kind === 'parameter' && subject === change.subject,
            );
            expect(other).toMatchObject({ before: change.after, after: change.before });
            // Types that have nothing in common are other types both ways.
            expect([change.direction, other?.direction]).not.toEqual(['narrower', 'narrower']);
          }
        }
      }),
      { numRuns: 12 },
    );
  });
});

const named = (name: string): PgType => ({ kind: 'base', schema: 'pg_catalog', name });
const label = fc.constantFrom('a', 'b', 'c');
const type: fc.Arbitrary<PgType> = fc.letrec<{ type: PgType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc
      .constantFrom(
        'int2',
        'int4',
        'int8',
        'numeric',
        'float8',
        'text',
        'varchar',
        'bool',
        'date',
        'timestamptz',
        'json',
      )
      .map(named),
    fc
      .uniqueArray(label, { minLength: 1 })
      .map((labels): PgType => ({ kind: 'enum', schema: 'public', name: 'mood', labels })),
    tie('type').map((element): PgType => ({ kind: 'array', element })),
    fc.tuple(tie('type'), fc.constantFrom('d', 'e')).map(
      ([base, name]): PgType => ({
        kind: 'domain',
        schema: 'public',
        name,
        base,
        notNull: false,
        literals: null,
      }),
    ),
    fc.uniqueArray(fc.constantFrom('x', 'y'), { minLength: 1 }).chain((names) =>
      fc.array(tie('type'), { minLength: 2, maxLength: 2 }).map(
        (types): PgType => ({
          kind: 'composite',
          schema: 'public',
          name: 'pair',
          fields: names.map((name, i) => ({
            name,
            value: { type: types[i] ?? named('text'), nullable: true },
          })),
        }),
      ),
    ),
  ),
})).type;
const value: fc.Arbitrary<Value> = fc
  .tuple(type, fc.boolean(), fc.option(fc.boolean()), fc.option(fc.uniqueArray(label, { minLength: 1 })))
  .map(([of, nullable, elements, literals]) => ({
    type: of,
    nullable,
    ...(elements !== null && { elementsNullable: elements }),
    ...(literals !== null && { literals }),
  }));

describe('what a value becomes', () => {
  const path = ['public'];

  test('is nothing where it stays what it is', () => {
    fc.assert(
      fc.property(value, (same) => {
        expect(resultChange('x', same, structuredClone(same), path, 'nodrift')).toBeNull();
        expect(parameterChange('x', same, structuredClone(same), path)).toBeNull();
      }),
    );
  });

  test('is told in one direction or the other: what breaks readers one way does so whatever else changes', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const change = resultChange('x', before, after, path, 'nodrift');
        const worse = resultChange(
          'x',
          { ...before, nullable: false },
          { ...after, nullable: true },
          path,
          'nodrift',
        );
        expect(worse?.severity).toBe('breaks');
        // Less proven of the result is never better for those who read it.
        const looser = resultChange('x', before, { ...after, nullable: true }, path, 'nodrift');
        const rank = bySeverity(looser?.severity ?? 'compatible', change?.severity ?? 'compatible');
        expect(rank).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('shows where the two differ', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const change = resultChange('x', before, after, path, 'nodrift');
        if (change !== null) expect(change.before).not.toBe(change.after);
      }),
    );
  });
});
