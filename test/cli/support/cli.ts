import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { sharedCache } from '../../support/pglite.ts';
import { postgresUrl } from '../../support/postgres.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Whether both streams are terminals. */
  readonly terminal?: boolean;
}

/** Runs `nodrift ...argv` in this process, with streams and an environment of its own. */
export async function nodrift(argv: readonly string[], circumstances: Circumstances): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: circumstances.terminal === true,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const exitCode = await run(argv, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: { ...sharedCache(), ...circumstances.env },
    cwd: circumstances.cwd,
    signal: circumstances.signal ?? new AbortController().signal,
  });
  return { exitCode, ...written };
}

/** A folder of one test's own, gone after it. */
export interface Project {
  readonly root: string;
  put(path: string, content: string | Uint8Array): void;
  text(path: string): string;
  remove(path: string): void;
}

/** Files by their paths relative to the folder. */
export function project(files: Readonly<Record<string, string | Uint8Array>> = {}): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'nodrift-cli-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [path, content] of Object.entries(files)) put(path, content);
  return {
    root,
    put,
    text: (path) => readFileSync(join(root, path), 'utf8'),
    remove: (path) => rmSync(join(root, path)),
  };
}

/** On the embedded database. */
export const config = JSON.stringify({
  transforms: [{ mode: 'sql', include: '**/*.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
  srcDir: './queries',
  nodrift: { migrations: './migrations' },
});

/** The same configuration with other keys under `nodrift`. */
export function configWith(nodrift: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(config), nodrift: { migrations: './migrations', ...nodrift } });
}

export const carsMigration = `-- Up Migration
CREATE TABLE cars (
  id text PRIMARY KEY,
  make text NOT NULL,
  sold_at timestamptz
);
-- Down Migration
DROP TABLE cars;
`;

export const carsQueries = `/* @name GetCar :maybe */
SELECT id, make, sold_at FROM cars WHERE id = :id;

/* @name AddCar :exec */
INSERT INTO cars (id, make) VALUES (:id, :make);
`;

/** A healthy project on the embedded database: one table, one file with two queries. */
export function carsProject(files: Readonly<Record<string, string | Uint8Array>> = {}): Project {
  return project({
    'pgtyped.config.json': config,
    'migrations/1_cars.sql': carsMigration,
    'queries/cars.sql': carsQueries,
    ...files,
  });
}

/** The same on a server, which is quicker: for what does not depend on the database. */
export function carsOnServer(files: Readonly<Record<string, string | Uint8Array>> = {}): Project {
  return carsProject({
    'pgtyped.config.json': configWith({ database: 'server' }),
    '.env': `DATABASE_URL=${postgresUrl(18)}\n`,
    ...files,
  });
}
