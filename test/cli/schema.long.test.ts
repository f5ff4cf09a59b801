import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createDatabase, type Major } from '../support/postgres.ts';
import {
  carsMigration,
  carsOnServer,
  carsProject,
  configWith,
  nodrift,
  type Project,
} from './support/cli.ts';

const schema = ({ root }: Project, ...argv: string[]) => nodrift(['schema', ...argv], { cwd: root });

const printed = `extension plpgsql

schema public

table public.cars
  column public.cars.id
    nullable: no
    type: text
  column public.cars.make
    nullable: no
    type: text
  column public.cars.sold_at
    nullable: yes
    type: timestamp with time zone
  constraint public.cars.cars_pkey
    definition: PRIMARY KEY (id)
`;

async function database(sql: string, major: Major = 15): Promise<string> {
  const made = await createDatabase(major, sql);
  onTestFinished(() => made.drop());
  return made.url;
}

describe('schema', () => {
  test('prints what the migrations make, the same on the embedded database and on a server', async () => {
    for (const project of [carsProject(), carsOnServer()]) {
      for (const argv of [[], ['--print']]) {
        expect(await schema(project, ...argv)).toEqual({ exitCode: 0, stdout: printed, stderr: '' });
      }
    }
  });

  test('prints the schema of a database, and changes nothing in it', async () => {
    const url = await database(carsMigration.split('-- Down')[0] ?? '');
    expect(await schema(carsProject(), '--url', url)).toEqual({ exitCode: 0, stdout: printed, stderr: '' });
  });

  test('is the same on PostgreSQL 14 and 18, also where views and privileges are written in other ways', async () => {
    const sql = `CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT t.a FROM t WHERE t.b = 'x'; GRANT ALL ON t TO PUBLIC`;
    const [old, late] = await Promise.all([14, 18].map((major) => database(sql, major as Major)));
    const project = carsProject({
      'pgtyped.config.json': configWith({ verify: { roles: ['public'] } }),
    });
    const texts = await Promise.all([old, late].map((url) => schema(project, '--print', '--url', url ?? '')));
    expect(texts[0]?.stdout).toContain('view public.v');
    expect(texts[0]).toEqual(texts[1]);
    const same = await schema(project, '--diff', old ?? '', late ?? '');
    expect([same.exitCode, same.stderr]).toEqual([0, '']);
  });

  test('compares a folder of migrations with a database, a file, and itself', async () => {
    const project = carsOnServer({ 'dump.sql': 'CREATE TABLE cars (id text PRIMARY KEY, make text);\n' });
    const url = await database(
      'CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz); CREATE VIEW v AS SELECT id FROM cars',
    );
    expect(await schema(project, '--diff', 'migrations', 'migrations')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(await schema(project, '--diff', 'migrations', url)).toEqual({
      exitCode: 1,
      stdout:
        'unexpected  view public.v\n  columns: id text\n  definition:\n     SELECT id\n       FROM public.cars\n\n1 difference\n',
      stderr: '',
    });
    expect(await schema(project, '--diff', 'dump.sql', 'migrations')).toEqual({
      exitCode: 1,
      stdout: `different   column public.cars.make
  nullable
    in a  yes
    in b  no

unexpected  column public.cars.sold_at
  nullable: yes
  type: timestamp with time zone

2 differences
`,
      stderr: '',
    });
  });

  test('spells the views of another major alike', async () => {
    const project = carsOnServer({ 'migrations/2_v.sql': 'CREATE VIEW v AS SELECT id FROM cars;\n' });
    const url = await database(
      'CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz); CREATE VIEW v AS SELECT id FROM cars',
    );
    expect(await schema(project, '--diff', 'migrations', url)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await schema(project, '--diff', url, 'migrations')).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test.each([
    [['--diff', 'migrations'], '--diff needs two schemas'],
    [['a'], 'Only --diff accepts schemas'],
    [['postgres://a:hunter2@h/x'], 'Only --diff accepts schemas'],
    [['--diff', 'postgress://a:hunter2@h/x', 'migrations'], '--url is not a database URL'],
    [['--diff', 'migrations', 'no-such-ref'], 'no-such-ref'],
    [['--diff', 'pgtyped.config.json', 'migrations'], 'is neither a folder of migrations nor a .sql file'],
    [['--diff', 'postgres://a:hunter2@[/x', 'migrations'], 'is not a database URL'],
  ])('refuses %j', async (argv, message) => {
    const project = carsOnServer();
    git(project, 'init', '-q');
    const { exitCode, stdout, stderr } = await schema(project, ...argv);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('hunter2');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});

function git({ root }: Project, ...argv: string[]): void {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...identity, ...argv], { cwd: root, stdio: 'ignore' });
}

describe('schema --diff of git refs', () => {
  let folders: readonly string[];
  const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith('nodrift-ref-'));
  beforeAll(() => {
    folders = ours();
  });

  test("takes the project's migrations at that commit, and leaves the working tree and no folder behind", async () => {
    const project = carsOnServer();
    git(project, 'init', '-q', '-b', 'main');
    git(project, 'add', '.');
    git(project, 'commit', '-q', '-m', 'one');
    project.put('migrations/2_boats.sql', 'CREATE TABLE boats (id int);\n');
    git(project, 'add', '.');
    git(project, 'commit', '-q', '-m', 'two');
    project.put('migrations/3_trains.sql', 'CREATE TABLE trains (id int);\n');

    const since = await schema(project, '--diff', 'main~1', 'main');
    expect(since).toEqual({
      exitCode: 1,
      stdout: 'unexpected  table public.boats\n\n1 difference\n',
      stderr: '',
    });
    const now = await schema(project, '--diff', 'HEAD', 'migrations');
    expect(now.stdout).toBe('unexpected  table public.trains\n\n1 difference\n');
    expect(await schema(project, '--diff', 'main', 'HEAD')).toMatchObject({ exitCode: 0, stdout: '' });
    // Other tests have such folders for a moment.
    await vi.waitFor(() => expect(ours().filter((name) => !folders.includes(name))).toEqual([]), 60_000);
  });

  test('takes a ref for nothing but a ref', async () => {
    const project = carsOnServer();
    git(project, 'init', '-q');
    const { exitCode, stderr } = await schema(project, '--diff', '--', '--upload-pack=touch x', 'migrations');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('upload-pack');
  });
});
