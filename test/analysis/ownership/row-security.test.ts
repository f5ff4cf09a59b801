import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnerScope, ownerScopes } from '../../../src/analysis/ownership/owner-scope.ts';
import { ownership } from '../../../src/analysis/ownership/prove.ts';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { tested } from '../../support/tested.ts';

const own = "user_id = current_setting('app.user_id')::int";

/** A table with an owner, row-level security and these policies. */
function table(name: string, policies: readonly string[], force = 'FORCE'): string {
  return `CREATE TABLE ${name} (id int PRIMARY KEY, user_id int NOT NULL, n int);
    ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY; ALTER TABLE ${name} ${force} ROW LEVEL SECURITY;
    ${policies.map((policy, i) => `CREATE POLICY p${i} ON ${name} ${policy};`).join('\n')}`;
}

const tables = {
  owned: table('owned', [`USING (${own})`]),
  by_function: table('by_function', ['USING (user_id = (SELECT who()))']),
  each: table('each', [
    `FOR SELECT USING (${own})`,
    `FOR INSERT WITH CHECK (${own})`,
    `FOR UPDATE USING (${own} AND n > 0) WITH CHECK (${own})`,
    `FOR DELETE USING (${own})`,
  ]),
  two_ways: table('two_ways', [`USING (${own})`, `FOR SELECT USING (n > 0 AND ${own})`]),
  bound: table('bound', ['USING (true)', `AS RESTRICTIVE USING (${own})`]),
  writable: table('writable', [`USING (${own}) WITH CHECK (true)`]),
  unforced: table('unforced', [`USING (${own})`], 'NO FORCE'),
  disabled: `${table('disabled', [`USING (${own})`])} ALTER TABLE disabled DISABLE ROW LEVEL SECURITY;`,
  no_policy: table('no_policy', []),
  either: table('either', [`USING (${own})`, 'FOR SELECT USING (n = 1)']),
  for_admins: table('for_admins', [`USING (${own})`, 'TO pg_monitor USING (true)']),
  bound_for_one: table('bound_for_one', ['USING (true)', `AS RESTRICTIVE TO pg_monitor USING (${own})`]),
  other_setting: table('other_setting', ["USING (user_id = current_setting('app.other')::int)"]),
  loose: table('loose', [`USING (${own} OR n = 1)`]),
  read_only: table('read_only', [`FOR SELECT USING (${own})`]),
  asking: table('asking', [`USING (${own} AND EXISTS (SELECT FROM open o WHERE o.id = n))`]),
  asking_own: table('asking_own', [`USING (${own} AND EXISTS (SELECT FROM owned o WHERE o.id = n))`]),
  calling: table('calling', [`USING (${own} AND opaque(n) > 0)`]),
  asked_elsewhere: table('asked_elsewhere', [
    `FOR UPDATE USING (${own})`,
    `FOR SELECT USING (${own} AND EXISTS (SELECT FROM open o WHERE o.id = n))`,
  ]),
};

const schema = `
  CREATE FUNCTION who() RETURNS int STABLE LANGUAGE sql RETURN 1;
  CREATE FUNCTION opaque(one int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN one; END';
  CREATE TABLE open (id int PRIMARY KEY, user_id int NOT NULL, n int);
  ${Object.values(tables).join('\n')}
  CREATE TABLE parts (id int PRIMARY KEY, owned_id int NOT NULL REFERENCES owned);
  ALTER TABLE parts ENABLE ROW LEVEL SECURITY; ALTER TABLE parts FORCE ROW LEVEL SECURITY;
  CREATE POLICY p ON parts USING (owned_id IN (SELECT id FROM owned));
  CREATE ROLE nodrift_bound_%; CREATE ROLE nodrift_bypassing_% BYPASSRLS;
  CREATE VIEW of_superuser AS SELECT * FROM owned;
  CREATE VIEW of_bound AS SELECT * FROM owned;
  ALTER VIEW of_bound OWNER TO nodrift_bound_%;
  CREATE VIEW of_bypassing AS SELECT * FROM owned;
  ALTER VIEW of_bypassing OWNER TO nodrift_bypassing_%;
  CREATE VIEW of_invoker WITH (security_invoker = on) AS SELECT * FROM owned;
  CREATE VIEW of_invoker_of_superuser WITH (security_invoker) AS SELECT * FROM of_superuser;
  CREATE VIEW of_superuser_of_invoker AS SELECT * FROM of_invoker;
  CREATE FUNCTION all_owned() RETURNS SETOF int STABLE LANGUAGE sql BEGIN ATOMIC SELECT id FROM owned; END;
  CREATE FUNCTION as_definer() RETURNS SETOF int STABLE LANGUAGE sql SECURITY DEFINER
    BEGIN ATOMIC SELECT id FROM owned; END;
  CREATE FUNCTION within_definer() RETURNS SETOF int STABLE LANGUAGE sql SECURITY DEFINER
    BEGIN ATOMIC SELECT all_owned(); END;
  CREATE FUNCTION with_setting() RETURNS SETOF int STABLE LANGUAGE sql SET app.user_id = '7'
    BEGIN ATOMIC SELECT id FROM owned; END;
`;

/** Statements without any condition on the owner, and whether the policies limit them to one. */
const cases: readonly (readonly [isProven: boolean, sql: string])[] = [
  [true, 'SELECT * FROM owned'],
  [true, 'SELECT count(*) FROM owned'],
  [true, 'SELECT * FROM owned ORDER BY n LIMIT 3 FOR UPDATE'],
  [true, 'SELECT * FROM open o JOIN owned USING (user_id)'],
  [true, 'SELECT * FROM owned a LEFT JOIN each b ON b.n = a.n'],
  [true, 'SELECT * FROM by_function'],
  [true, 'SELECT * FROM each'],
  [true, 'SELECT * FROM two_ways'],
  [true, 'SELECT * FROM bound'],
  [true, 'SELECT * FROM asking_own'],
  [true, 'SELECT * FROM parts'],
  [true, 'SELECT * FROM read_only'],
  [true, 'UPDATE owned SET n = 1'],
  [true, 'UPDATE owned SET user_id = $1'],
  [
    true,
    'UPDATE each SET user_id = 2 RETURNING (SELECT count(*) FROM open o WHERE o.user_id = each.user_id)',
  ],
  [true, 'DELETE FROM owned WHERE id = 1'],
  [true, 'DELETE FROM each RETURNING *'],
  [true, 'INSERT INTO owned (id, user_id) VALUES (1, $1)'],
  [true, 'INSERT INTO each (id, user_id) SELECT id, 2 FROM owned'],
  [true, 'INSERT INTO bound (id, user_id) VALUES (1, 2)'],
  [true, 'INSERT INTO parts (id, owned_id) VALUES (1, 2)'],
  [true, 'SELECT * FROM of_invoker'],
  [true, 'SELECT * FROM of_bound'],
  [true, 'SELECT * FROM all_owned()'],
  [false, 'SELECT * FROM open'],
  [false, 'SELECT * FROM owned, open'],
  [false, 'SELECT * FROM unforced'],
  [false, 'SELECT * FROM disabled'],
  [false, 'SELECT * FROM no_policy'],
  [false, 'SELECT * FROM either'],
  [false, 'SELECT * FROM for_admins'],
  [false, 'SELECT * FROM bound_for_one'],
  [false, 'SELECT * FROM other_setting'],
  [false, 'SELECT * FROM loose'],
  [false, 'SELECT * FROM asking'],
  [false, 'SELECT * FROM calling'],
  [false, 'UPDATE asked_elsewhere SET n = 1'],
  [false, 'UPDATE either SET n = 1 FROM either e'],
  [false, 'UPDATE read_only SET n = 1'],
  [false, 'DELETE FROM read_only'],
  [false, 'INSERT INTO read_only (id, user_id) VALUES (1, 2)'],
  [false, 'INSERT INTO writable (id, user_id) VALUES (1, 2)'],
  [false, 'UPDATE writable SET user_id = 2'],
  [false, 'INSERT INTO unforced (id, user_id) VALUES (1, 2)'],
  [false, 'INSERT INTO owned (id, user_id) VALUES (1, 2) ON CONFLICT (id) DO NOTHING'],
  [false, 'INSERT INTO owned (id, user_id) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET n = 1'],
  [false, 'MERGE INTO owned o USING (SELECT 1 AS id) p ON p.id = o.id WHEN MATCHED THEN DELETE'],
  [false, 'SELECT * FROM owned TABLESAMPLE system (50)'],
  [false, 'SELECT * FROM of_superuser'],
  [false, 'SELECT * FROM of_bypassing'],
  [false, 'SELECT * FROM of_invoker_of_superuser'],
  [false, 'SELECT * FROM of_superuser_of_invoker'],
  [false, 'INSERT INTO of_invoker (id, user_id) VALUES (1, 2)'],
  [false, 'SELECT * FROM as_definer()'],
  [false, 'SELECT * FROM within_definer()'],
  [false, 'SELECT * FROM with_setting()'],
];

describe.each(tested([15, 16, 17, 18]))('row-level security as a proof on PostgreSQL %i', (major) => {
  let database: Analysed;
  let owner: OwnerScope;
  const role = `${process.pid}_${major}`;
  const roles = ['bound', 'bypassing'].map((kind) => `nodrift_${kind}_${role}`).join(', ');
  beforeAll(async () => {
    database = await analysed(major, schema.replaceAll('%', role));
    const owned = Object.keys(tables).map((name) => [name, 'user_id'] as const);
    const { scopes, problems } = ownerScopes(
      {
        user: {
          parameter: 'userId',
          tables: { ...Object.fromEntries(owned), open: 'user_id', parts: { through: 'owned' } },
          setting: 'app.user_id',
          functions: { owner: ['who'] },
        },
      },
      database.catalog,
    );
    expect(problems).toEqual([]);
    owner = scopes[0] as OwnerScope;
    await database.prepare(cases.map(([, sql]) => sql));
  });
  afterAll(async () => {
    await database.client.query(`DROP OWNED BY ${roles}; DROP ROLE ${roles}`);
    await database.close();
  });

  it.each(cases)('%s: %s', async (isProven, sql) => {
    const { tree } = await database.tree(sql);
    const by = (rowSecurity: boolean) =>
      ownership(tree, database.catalog, owner, new Set(), new Set(), rowSecurity).unproven.length === 0;
    expect(by(true)).toBe(isProven);
    expect(by(false)).toBe(false);
  });

  it('is what PostgreSQL does: whatever rows others have, a role that is bound finds and changes its own', async () => {
    const { client } = database;
    await client.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO nodrift_bound_${role}`);
    const names = Object.keys(tables);
    const contents = async () => {
      const found: unknown[] = [];
      for (const name of names)
        found.push((await client.query(`SELECT x::text FROM ${name} x WHERE user_id = 2 ORDER BY 1`)).rows);
      return JSON.stringify(found);
    };
    for (const [, sql] of cases.filter(([isProven]) => isProven)) {
      const outcomes = new Set<string>();
      for (const others of [3, 0]) {
        await client.query('BEGIN');
        for (const name of [...names, 'open'])
          await client.query(
            `INSERT INTO ${name} SELECT i, 1, i % 3 FROM generate_series(1, 4) i
              UNION ALL SELECT i + 10, 2, i % 2 FROM generate_series(1, ${name === 'open' ? 0 : others}) i`,
          );
        await client.query('INSERT INTO parts SELECT id, id FROM owned');
        const before = await contents();
        await client.query(`SET LOCAL ROLE nodrift_bound_${role}; SET LOCAL app.user_id = '1'; SAVEPOINT s`);
        try {
          const values = sql.includes('$1') ? [1] : [];
          const { rows } = await client.query({ text: sql, values, rowMode: 'array' });
          outcomes.add(JSON.stringify(rows.map((row) => JSON.stringify(row)).sort()));
        } catch (error) {
          await client.query('ROLLBACK TO s');
          outcomes.add((error as { code: string }).code);
        }
        await client.query('RESET ROLE');
        expect(await contents(), sql).toBe(before);
        await client.query('ROLLBACK');
      }
      expect([...outcomes], sql).toHaveLength(1);
    }
  });
});
