import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/analysis/catalog/load.ts';
import { type OwnerScope, ownerScopes } from '../../../src/analysis/ownership/owner-scope.ts';
import { ownership } from '../../../src/analysis/ownership/prove.ts';
import { readQuery } from '../../../src/analysis/tree/read.ts';
import { describe as describeStatements } from '../../../src/analysis/wire.ts';
import { Choices } from '../../soundness/generate/choices.ts';
import { createDatabase } from '../../support/postgres.ts';
import { randomNumbers, randomSeed } from '../../support/random-seed.ts';
import { tested } from '../../support/tested.ts';
import { randomStatement } from './generate.ts';
import { schema, settings } from './schema.ts';

// By hand: NODRIFT_RANDOM_QUERIES=20000 NODRIFT_RANDOM_SEED=7 npx vitest run test/analysis/ownership/ownership-random.test.ts
const count = Number(process.env.NODRIFT_RANDOM_QUERIES ?? 400);

/** Rows of an owner, some of which refer to another owner's. */
function rowsOf(owner: number, from: number, draw: () => number): string {
  const below = (n: number) => draw() % n;
  const lines: string[] = [];
  const other = owner === 1 ? 11 : 1;
  for (let i = 0; i < 5; i++) {
    const id = from + i;
    lines.push(`INSERT INTO projects VALUES (${id}, ${owner}, 'p${below(3)}')`);
    const parent = below(3) === 0 ? 'NULL' : String((below(3) === 0 ? other : from) + below(5));
    const project = below(3) === 0 ? 'NULL' : String((below(3) === 0 ? other : from) + below(5));
    lines.push(
      `INSERT INTO tasks VALUES (${id}, ${owner}, ${project}, ${parent}, 't${i}', ${below(5)}, ${below(3) === 0})`,
    );
    lines.push(`INSERT INTO notes VALUES (${id}, ${from + below(i + 1)}, 'b${i}', ${below(5)})`);
    lines.push(
      `INSERT INTO audit (user_id, what) VALUES (${below(4) === 0 && owner !== 1 ? 'NULL' : owner}, 'w${below(3)}')`,
    );
    lines.push(`INSERT INTO events VALUES (${owner}, ${below(100)}, ${below(5)})`);
  }
  return lines.join(';\n');
}

const tables = [
  ['projects', 'x.user_id', 'x'],
  ['tasks', 'x.user_id', 'x'],
  ['notes', '(SELECT t.user_id FROM tasks t WHERE t.id = x.task_id)', 'x'],
  ['audit', 'x.user_id', '(x.user_id, x.what)'],
  ['events', 'x.user_id', 'x'],
  ['tags', '1', 'x'],
  ['log', '1', 'x'],
] as const;

/** All rows, the owner's and all others'. */
async function contents(client: Client): Promise<{ readonly own: unknown; readonly others: unknown }> {
  const found = { own: [] as unknown[], others: [] as unknown[] };
  for (const [table, owner, row] of tables) {
    const { rows } = await client.query<{ mine: boolean; row: string }>(
      `SELECT coalesce(${owner} = 1, false) AS mine, ${row}::text AS row FROM ${table} x ORDER BY 2`,
    );
    found.own.push([table, rows.filter(({ mine }) => mine).map(({ row: one }) => one)]);
    found.others.push([table, rows.filter(({ mine }) => !mine).map(({ row: one }) => one)]);
  }
  return found;
}

/** Whatever other owners' rows there are, what is proven returns the same rows, leaves the same, and does not change theirs. */
describe.each(tested([15, 16, 17, 18]))(
  'random statements that keep to an owner on PostgreSQL %i',
  (major) => {
    it('do not depend on the rows of others', { timeout: 60_000 + count * 1000 }, async () => {
      const database = await createDatabase(
        major,
        schema.replace(
          'project_id int REFERENCES projects, parent_id int REFERENCES tasks',
          'project_id int, parent_id int',
        ),
      );
      const client = new Client({ connectionString: database.url });
      await client.connect();
      const draw = randomNumbers(randomSeed + major);
      await client.query(rowsOf(1, 1, draw));
      await client.query("INSERT INTO tags VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', NULL), (4, 'd', 1)");
      const catalog = await loadCatalog(client, []);
      const owner = ownerScopes({ user: settings }, catalog).scopes[0] as OwnerScope;
      const written = Array.from({ length: count }, () =>
        randomStatement(new Choices(Array.from({ length: 400 }, draw))),
      );
      const total = { refused: 0, unproven: 0, proven: 0, failed: 0, compared: 0, withRows: 0 };
      const proven: string[] = [];
      await describeStatements(client, written, (described, index) => {
        const sql = written[index] ?? '';
        if (!described.ok) {
          total.refused++;
          return undefined;
        }
        const { unproven } = ownership(
          readQuery(described.tree ?? ''),
          catalog,
          owner,
          new Set([1]),
          new Set(),
        );
        if (unproven.length === 0) proven.push(sql);
        return undefined;
      });
      await client.query('SET debug_print_parse = off');
      total.proven = proven.length;
      total.unproven = count - total.refused - proven.length;
      const wrong: object[] = [];
      const worlds = [rowsOf(2, 11, draw), rowsOf(2, 11, draw), ''];
      for (const sql of proven) {
        const number = draw() % 4;
        const uses = [...sql.matchAll(/\$(\d)/g)].map(([, n]) => Number(n));
        const values = [1, number].slice(0, Math.max(0, ...uses));
        const outcomes: { rows: unknown; own: unknown; error: string | null }[] = [];
        for (const world of worlds) {
          await client.query(`BEGIN; ${world}`);
          const before = await contents(client);
          try {
            const { rows } = await client.query({ text: sql, values, rowMode: 'array' });
            const after = await contents(client);
            const sorted = rows.map((row) => JSON.stringify(row)).sort();
            if (rows.length > 0) total.withRows++;
            outcomes.push({ rows: sorted, own: after.own, error: null });
            if (JSON.stringify(before.others) !== JSON.stringify(after.others))
              wrong.push({ sql, values, before: before.others, after: after.others });
          } catch (error) {
            const { code = '' } = error as { code?: string };
            outcomes.push({ rows: [], own: [], error: code });
          }
          await client.query('ROLLBACK');
        }
        // Errors of a key that owners share, or of a computation, show another owner's row.
        if (outcomes.some(({ error }) => error !== null)) {
          total.failed++;
          continue;
        }
        total.compared++;
        const texts = new Set(outcomes.map((outcome) => JSON.stringify(outcome)));
        if (texts.size > 1) wrong.push({ sql, values, outcomes: outcomes.map(({ rows }) => rows) });
      }
      await client.end();
      await database.drop();
      if (count > 1000) console.log(total);
      expect(wrong.slice(0, 3)).toEqual([]);
      expect(total.compared).toBeGreaterThan(count / 20);
    });
  },
);
