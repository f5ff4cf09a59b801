import { make, makeMany, related, seed, testDatabase } from 'nodrift/testing';
import { transaction } from 'nodrift-runtime';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { getTask } from '../../queries/tasks.queries.ts';
import { createDatabase } from '../support/postgres.ts';
import { makeProject } from '../support/project.ts';

describe('rows of the sample project', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  test('have what is given, and the rest of what the table needs', () =>
    database.rollback(async (db) => {
      const { id = '', user_id: userId = '' } = await make(db, 'tasks', { title: 'Buy milk' });
      expect(await getTask(db, { id, userId })).toMatchObject({ title: 'Buy milk', userId, labels: [] });
    }));

  test('are the same each time', async () => {
    const rows = () =>
      database.rollback(async (db) =>
        (await makeMany(db, 'users', 3)).map(({ email, name }) => [email, name]),
      );
    expect(await rows()).toEqual(await rows());
    expect(new Set(await rows()).size).toBe(3);
  });

  test('can be made of each table', () =>
    database.rollback(async (db) => {
      const tables = await db.query(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'pgmigrations'",
      );
      for (const { relname } of tables.rows as { relname: string }[]) await makeMany(db, relname, 12);
    }));
});

describe('rows of other tables', () => {
  let client: Client;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createDatabase(
      18,
      `
      CREATE DOMAIN code AS text NOT NULL CHECK (VALUE ~ '^[A-Z]{2}$');
      CREATE DOMAIN percent AS numeric(5,2) CHECK (VALUE >= 50 AND VALUE <= 60);
      CREATE TABLE tenants (id uuid PRIMARY KEY);
      CREATE TABLE projects (tenant_id uuid REFERENCES tenants, id int GENERATED ALWAYS AS IDENTITY, name text NOT NULL, PRIMARY KEY (tenant_id, id));
      CREATE TABLE tickets (
        tenant_id uuid NOT NULL REFERENCES tenants, project_id int NOT NULL, n int NOT NULL, "Odd ""name" text NOT NULL,
        FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id), UNIQUE (tenant_id, n));
      CREATE TABLE comments (tenant_id uuid NOT NULL REFERENCES tenants, ticket_n int NOT NULL, author_tenant uuid NOT NULL REFERENCES tenants,
        FOREIGN KEY (tenant_id, ticket_n) REFERENCES tickets (tenant_id, n), CHECK (author_tenant = tenant_id));
      CREATE TABLE checked (
        code code, share percent NOT NULL, x int NOT NULL CHECK (x BETWEEN 50 AND 60), starts date NOT NULL, ends date NOT NULL CHECK (ends > starts),
        a text, b text, CHECK (num_nonnulls(a, b) = 1), slug varchar(8) NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]+$' AND length(slug) >= 3),
        mail text NOT NULL CHECK (position('@' in mail) > 1), twice int GENERATED ALWAYS AS (x * 2) STORED CHECK (twice > 110),
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')), done_at timestamptz, CHECK ((state = 'done') = (done_at IS NOT NULL)));
      CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id uuid NOT NULL);
      CREATE TABLE files (owner uuid NOT NULL, note_id int NOT NULL REFERENCES notes);
      CREATE TABLE logs (note_id int NOT NULL REFERENCES notes);
      CREATE TABLE many (id uuid PRIMARY KEY, at timestamptz UNIQUE NOT NULL, code varchar(6) UNIQUE NOT NULL, address inet UNIQUE NOT NULL,
        mac macaddr UNIQUE NOT NULL, day date UNIQUE NOT NULL, x int NOT NULL, word text NOT NULL UNIQUE CHECK (length(word) = 12));
      CREATE TABLE flags (flag bool UNIQUE NOT NULL);
      CREATE TABLE self (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent int NOT NULL REFERENCES self);
      CREATE TABLE own_type (x pg_snapshot NOT NULL);
      CREATE TABLE impossible (x int NOT NULL CHECK (x > 5 AND x < 3));
      CREATE TABLE deferred (id uuid PRIMARY KEY); CREATE TABLE between_ (id int PRIMARY KEY, deferred_id uuid NOT NULL REFERENCES deferred);
      ALTER TABLE deferred ADD between_id int NOT NULL REFERENCES between_ DEFERRABLE;
      CREATE TABLE own_uuid (id uuid PRIMARY KEY, parent uuid NOT NULL REFERENCES own_uuid);
      CREATE TABLE team (id int PRIMARY KEY, captain int NOT NULL); CREATE TABLE player (id int PRIMARY KEY, team int NOT NULL REFERENCES team);
      ALTER TABLE team ADD FOREIGN KEY (captain) REFERENCES player DEFERRABLE INITIALLY DEFERRED;
      CREATE TABLE boss (id int PRIMARY KEY, helper int); CREATE TABLE helper (id int PRIMARY KEY, boss int NOT NULL REFERENCES boss);
      ALTER TABLE boss ADD FOREIGN KEY (helper) REFERENCES helper;
      CREATE TABLE chosen (a int REFERENCES boss, b int REFERENCES boss);
      CREATE TABLE cased (id int PRIMARY KEY, mail text NOT NULL, kind text NOT NULL, gone boolean NOT NULL DEFAULT false);
      CREATE UNIQUE INDEX ON cased (lower(mail)); CREATE UNIQUE INDEX ON cased (kind, (id % 2)) WHERE NOT gone;
      CREATE EXTENSION btree_gist;
      CREATE TABLE booked (room int NOT NULL, span tstzrange NOT NULL, days daterange NOT NULL, EXCLUDE USING gist (room WITH =, span WITH &&), EXCLUDE USING gist (days WITH &&));
      CREATE TABLE periods (id int NOT NULL, valid daterange NOT NULL, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
      CREATE TABLE logged (id int NOT NULL, at date NOT NULL, kind text NOT NULL, PRIMARY KEY (id, at, kind)) PARTITION BY RANGE (at);
      CREATE TABLE logged_2031 PARTITION OF logged FOR VALUES FROM ('2031-01-01') TO ('2032-01-01') PARTITION BY LIST (kind);
      CREATE TABLE logged_2031_a PARTITION OF logged_2031 FOR VALUES IN ('login', 'logout');
      CREATE TABLE hashed (id int PRIMARY KEY) PARTITION BY HASH (id); CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 1);
      CREATE TABLE unparted (id int NOT NULL) PARTITION BY RANGE (id);
      CREATE TABLE varying_ (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz NOT NULL DEFAULT now(), seen timestamptz DEFAULT now(), small smallint NOT NULL,
        word text NOT NULL, state text NOT NULL DEFAULT 'it''s open', tags text[] NOT NULL DEFAULT ARRAY[]::text[], n numeric NOT NULL DEFAULT (-1.5)::numeric, key int GENERATED ALWAYS AS IDENTITY);
      CREATE TABLE egg (id int PRIMARY KEY); CREATE TABLE hen (id int PRIMARY KEY, egg int NOT NULL REFERENCES egg); ALTER TABLE egg ADD hen int NOT NULL REFERENCES hen;
    `,
    );
    client = new Client({ connectionString: database.url });
    await client.connect();
    drop = database.drop;
  });
  afterAll(async () => {
    await client.end();
    await drop();
  });

  test('have parents with one owner, also where one is given', async () => {
    await makeMany(client, 'comments', 3);
    const { rows } = await client.query(
      'SELECT count(*)::int AS n FROM comments c JOIN tickets t ON t.n = ticket_n AND t.tenant_id = c.tenant_id',
    );
    expect(rows).toEqual([{ n: 3 }]);
    const project = await make(client, 'projects');
    const ticket = await make(client, 'tickets', {
      project_id: project.id,
      tenant_id: project.tenant_id,
      'Odd "name': "it's",
    });
    expect(ticket).toMatchObject({ project_id: project.id, 'Odd "name': "it's" });
    expect(await make(client, 'comments', { tenant_id: ticket.tenant_id, ticket_n: ticket.n })).toMatchObject(
      { author_tenant: ticket.tenant_id },
    );
  });

  test('fulfil CHECKs of columns, tables, domains and what is generated', async () => {
    const rows = await makeMany(client, 'checked', 5);
    expect(new Set(rows.map(({ slug }) => slug)).size).toBe(5);
    expect(await make(client, 'checked', { state: 'done', x: 57 })).toMatchObject({
      state: 'done',
      x: '57',
      twice: '114',
    });
    expect(await make(client, 'checked', { b: 'x' })).not.toHaveProperty('a');
  });

  test('belong to one owner, also where no foreign key says so', async () => {
    using project = makeProject({
      'nodrift.config.json': JSON.stringify({
        nodrift: {
          scopes: {
            user: {
              parameter: 'userId',
              tables: { notes: 'user_id', files: 'owner', logs: { through: 'notes' } },
            },
          },
        },
      }),
    });
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(project.path('.'));
    try {
      const mine = '00000000-0000-4000-8000-0000000000aa';
      await transaction(client, async (db) => {
        await make(db, 'notes');
        const note = await make(db, 'notes', { user_id: mine });
        expect(await make(db, 'files', { note_id: note.id })).toMatchObject({ owner: mine });
        const file = await make(db, 'files', { owner: mine });
        const { rows } = await db.query('SELECT user_id FROM notes WHERE id = $1', [file.note_id]);
        expect(rows).toEqual([{ user_id: mine }]);
        const log = await make(db, 'logs');
        expect(log.note_id).not.toBe(note.id);
      });
    } finally {
      cwd.mockRestore();
    }
  });

  test('keep up with many', async () => {
    const before = await client.query('SELECT FROM many');
    expect(await makeMany(client, 'many', 300, (i) => ({ x: i % 10 }))).toHaveLength(300);
    expect((await client.query('SELECT FROM many')).rowCount).toBe((before.rowCount ?? 0) + 300);
    // A transaction begins anew, and finds values behind those that are there.
    expect(await transaction(client, (db) => makeMany(db, 'many', 60, { x: 1 }))).toHaveLength(60);
  });

  test('say which connection they want', async () => {
    await expect(make(undefined as never, 'many')).rejects.toThrow(
      'make: its first argument is a pg Client or a transaction',
    );
  });

  test('take three statements each, and one for each unique key', async () => {
    await transaction(client, async (db) => {
      await make(db, 'many', { x: 1 });
      const sent = vi.spyOn(client, 'query');
      await makeMany(db, 'many', 10, { x: 1 });
      expect(sent.mock.calls.length).toBe(10 * (3 + 8));
      sent.mockRestore();
    });
  });

  test('refer to themselves where they must', async () => {
    for (const table of ['self', 'own_uuid']) {
      const { id, parent } = await make(client, table);
      expect(parent).toBe(id);
    }
  });

  test.each(['deferred', 'between_', 'team', 'player', 'boss', 'helper'])(
    'refer to each other in a circle, where a key can be checked later or be NULL: %s',
    async (table) => {
      await makeMany(client, table, 3);
      await transaction(client, async (db) => {
        await makeMany(db, table, 2);
        if (table === 'deferred') {
          const wrong = transaction(db, (tx) => tx.query('UPDATE deferred SET between_id = -7'));
          // It is checked at once again.
          await expect(wrong).rejects.toMatchObject({ code: '23503' });
        }
        await db.query('SET CONSTRAINTS ALL IMMEDIATE');
      });
    },
  );

  test.each(['cased', 'booked', 'periods', 'logged', 'hashed'])(
    'differ as unique indexes of expressions, conditions and exclusion constraints ask, and fit a partition: %s',
    async (table) => {
      await makeMany(client, table, 25);
      expect((await client.query(`SELECT FROM ${table}`)).rowCount).toBe(25);
    },
  );

  test('are the same for the same seed, and others for another', async () => {
    const rows = (number: number, zone: string) =>
      transaction(client, async (db) => {
        await db.query(`SELECT set_config('TimeZone', '${zone}', true)`);
        seed(db, number);
        const made = await makeMany(db, 'varying_', 2);
        const { rows: stored } = await db.query(
          `SELECT id, at AT TIME ZONE 'UTC' AS at, seen IS NULL AS seen, small, word, state, tags, n FROM varying_ ORDER BY word`,
        );
        await db.query('DELETE FROM varying_');
        expect(made).toHaveLength(2);
        return stored;
      });
    const first = await rows(7, 'Asia/Tokyo');
    expect(first).toEqual(await rows(7, 'America/Lima'));
    expect(first).toMatchObject([
      {
        id: '00000000-0000-4000-8000-000000007144',
        ...{ state: "it's open", tags: [], n: '-1.5', seen: false },
      },
      { id: '00000000-0000-4000-8000-000000007145', seen: false },
    ]);
    const others = new Set((await rows(8, 'UTC')).map(({ id }) => id));
    expect(first.some(({ id }) => others.has(id))).toBe(false);
    expect(() => seed(client, 0.5)).toThrow(new TypeError('seed: it must be an integer'));
  });

  test('belong to the row that they are made for', async () => {
    const [project, { tickets, comments }] = await related(
      client,
      'projects',
      { name: 'One' },
      { tickets: [{ n: 501 }, { n: 502 }], comments: 2 },
    );
    expect(tickets.map((one) => [one.tenant_id, one.project_id, one.n])).toEqual([
      [project.tenant_id, project.id, '501'],
      [project.tenant_id, project.id, '502'],
    ]);
    expect(comments.map((one) => [one.tenant_id, one.ticket_n])).toEqual(
      Array(2).fill([project.tenant_id, '502']),
    );
    await expect(related(client, 'projects', {}, { flags: 1 })).rejects.toThrow(
      'related: no foreign key of public.flags refers to public.projects',
    );
    await expect(related(client, 'boss', {}, { chosen: 1 })).rejects.toThrow(
      'related: several foreign keys of public.chosen refer to public.boss: chosen_a_fkey, chosen_b_fkey',
    );
  });

  test('that cannot be made are an error with the table, the column and the constraint, and nothing is left', async () => {
    await makeMany(client, 'flags', 2);
    const failing: [string, object, string][] = [
      ['flags', {}, 'make: no values are found for public.flags that fulfil flags_flag_key: give them'],
      ['own_type', {}, 'make: no value is known for public.own_type.x: give one'],
      [
        'impossible',
        {},
        'make: no values are found for public.impossible that fulfil impossible_x_check: give them',
      ],
      [
        'impossible',
        { x: 4 },
        'make: no row is made in public.impossible: new row for relation "impossible" violates check constraint "impossible_x_check"',
      ],
      [
        'tickets',
        { project_id: 77, tenant_id: '00000000-0000-4000-8000-999999999999' },
        'make: no row is made in public.tickets: insert or update on table "tickets" violates foreign key constraint "tickets_tenant_id_fkey"',
      ],
      [
        'unparted',
        {},
        'make: no row is made in public.unparted: no partition of relation "unparted" found for row',
      ],
      ['hen', {}, 'make: each row of public.hen needs another of the same table before it'],
      ['nope', {}, 'make: there is no table nope'],
      ['flags', { nope: 1 }, 'make: the table public.flags has no column nope'],
      ['checked', { twice: 1 }, 'make: public.checked.twice is generated and cannot be given'],
    ];
    for (const [table, given, message] of failing)
      await expect(make(client, table, { ...given })).rejects.toThrow(message);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
