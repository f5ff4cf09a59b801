import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { createFileMemo } from '../project/file-memo.ts';
import { configsIn } from '../project/find-config.ts';
import { type Inputs, readInputs } from '../project/inputs.ts';
import { watchFolders } from '../project/watch-folders.ts';
import type { Compared, FlowOptions } from './pipeline.ts';
import { createWarmDatabase, type WarmDatabase } from './warm-database.ts';

export interface WatchOptions extends FlowOptions {
  /** Ends the watching; the promise rejects with its reason. */
  readonly signal: AbortSignal;
  /** Reads the configuration, again after each change of it. Throws Failure. */
  readonly load: () => Config | Promise<Config>;
  /** The folder that a configuration is looked for from. */
  readonly folder: string;
  /** `generate` or `check`. */
  readonly run: (config: Config, options: FlowOptions) => Promise<Compared>;
  /** Whether the modules are written by the runs. */
  readonly writes: boolean;
  /** Told how each run ended; a failure is one of the project's. */
  readonly onRun: (ended: WatchedRun) => Promise<void>;
  /** What a failure is for the user; null for a bug of nodrift, which ends the watching. */
  readonly failureOf: (error: unknown) => Failure | null;
}

/** A run, after a change. */
export type WatchedRun = { readonly config: Config | null; readonly seconds: number } & (
  | { readonly compared: Compared }
  | { readonly failure: Failure }
);

/** After a run this long without a change there is time for what no one waits for. */
const idleMs = 500;
/** How long an empty file may be one that is being written. */
const emptyMs = 100;
/** A checkout takes less than this, or its lock was left behind. */
const longestCheckoutMs = 10_000;

/**
 * Runs, and runs again after each change of the queries, the migrations, the configuration or the modules, with the
 * database kept open and only changed queries analysed. A run that fails is told, and the next change waited for.
 * Returns only by rejecting: with the signal's reason, or with a bug. The database is closed then.
 */
export async function watchProject(options: WatchOptions): Promise<never> {
  const { signal } = options;
  const state: State = { project: null, outputs: new Map() };
  const fileMemo = createFileMemo();
  const watcher = watchFolders((path) => mayConcern(path, state.outputs));
  try {
    for (;;) {
      const started = performance.now();
      let record = () => {};
      watcher.set([options.folder], []);
      const ended = await untilFailure(options, async () => {
        const { config, warm } = await projectOf(state, options);
        // Before they are read: what changes from then on leads to another run.
        watcher.set(...foldersOf(config, options.folder));
        await checkedOut(config.root, signal);
        const inputs = await readWhole(config, { ...options, fileMemo });
        return options.run(config, {
          ...options,
          ...{ inputs, fileMemo, open: warm.open },
          whenIdle: (work) => {
            record = work;
          },
        });
      });
      if ('compared' in ended) state.outputs = expected(ended.compared, options.writes);
      // The connection may be lost.
      else if (ended.failure.exitCode === 3) await state.project?.warm.forget();
      const seconds = (performance.now() - started) / 1000;
      await options.onRun({ config: state.project?.config ?? null, seconds, ...ended });
      const idle = setTimeout(() => record(), idleMs);
      await watcher.changed(signal).finally(() => clearTimeout(idle));
    }
  } finally {
    watcher.close();
    await state.project?.warm.forget();
  }
}

interface State {
  project: Project | null;
  /** The modules by their absolute paths, as they are on the disk since the last run; null: not there. */
  outputs: ReadonlyMap<string, string | null>;
}

function expected({ outputs }: Compared, written: boolean): State['outputs'] {
  return new Map(outputs.map(({ path, before, after }) => [path, written ? after : before]));
}

interface Project {
  readonly config: Config;
  /** See settingsAt. */
  readonly settings: string;
  readonly warm: WarmDatabase;
}

/** The project as its configuration is now; with another configuration it begins anew. */
async function projectOf(state: State, options: WatchOptions): Promise<Project> {
  const { project } = state;
  if (project !== null && project.settings === settingsAt(project.config.path, options.folder))
    return project;
  state.project = null;
  await project?.warm.forget();
  const config = await options.load();
  const settings = settingsAt(config.path, options.folder);
  state.project = { config, settings, warm: createWarmDatabase(options) };
  return state.project;
}

type Ended = { readonly compared: Compared } | { readonly failure: Failure };

async function untilFailure(
  { signal, failureOf }: WatchOptions,
  run: () => Promise<Compared>,
): Promise<Ended> {
  try {
    return { compared: await run() };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error);
    if (failure === null) throw error;
    return { failure };
  }
}

/** The texts of the files that a configuration is read from, one way or another. */
function settingsAt(path: string, folder: string): string {
  return JSON.stringify(
    [path, join(dirname(path), '.env'), ...configsIn(folder)].map((file) => [file, textOf(file)]),
  );
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The folders that are watched: as they are, and with all that is in them. */
function foldersOf({ path, root, srcDir, source }: Config, folder: string): readonly [string[], string[]] {
  const flat = [folder, root, dirname(path), dirname(srcDir)];
  if (source.kind === 'none') return [flat, [srcDir]];
  if (source.kind === 'migrations')
    return [
      [...flat, dirname(source.dir)],
      [srcDir, source.dir],
    ];
  const globs = source.files.filter((file) => /[*?[{(!]/.test(file));
  const files = source.files.filter((file) => !globs.includes(file));
  return [
    [...flat, ...files.map((file) => dirname(file))],
    [srcDir, ...globs.map(beforeGlob)],
  ];
}

/** The folder that whatever a glob finds is in. */
function beforeGlob(glob: string): string {
  const plain = glob.slice(0, glob.search(/[*?[{(!]/));
  return plain.endsWith('/') ? plain.slice(0, -1) : dirname(plain);
}

/** Sources of the application, and what editors put beside a file for a moment, are ignored. */
function mayConcern(path: string, outputs: State['outputs']): boolean {
  const output = outputs.get(path);
  // What the last run wrote needs no other run.
  if (output !== undefined) return textOf(path)?.replaceAll('\r\n', '\n') !== (output ?? undefined);
  const name = basename(path);
  if (name === '.env' || /^(nodrift|pgtyped)\.config\./.test(name)) return true;
  return !/\.([cm]?[jt]sx?|json|md|css|html|tmp|sw[a-p])$|~$|^\.#|^4913$/.test(name) || isMigration(path);
}

/** node-pg-migrate's may be programs. */
function isMigration(path: string): boolean {
  return /^\d/.test(basename(path)) && /^\.[cm]?[jt]s$/.test(extname(path));
}

/** Waits for git, which holds a lock as long as it changes the files of a working tree. */
async function checkedOut(root: string, signal: AbortSignal): Promise<void> {
  const lock = lockOf(root);
  if (lock === null) return;
  for (let waited = 0; existsSync(lock) && waited < longestCheckoutMs; waited += 20)
    await sleep(20, undefined, { signal });
}

function lockOf(folder: string): string | null {
  const git = join(folder, '.git');
  if (existsSync(git)) {
    // In a linked working tree it is a file that names the folder.
    const named = statSync(git).isFile() ? /^gitdir: (.+)$/m.exec(readFileSync(git, 'utf8'))?.[1] : undefined;
    return join(named === undefined ? git : resolve(folder, named), 'index.lock');
  }
  return dirname(folder) === folder ? null : lockOf(dirname(folder));
}

/** Reads the project; where a file is empty, once more a moment later: some programs empty a file before they write it. */
async function readWhole(config: Config, { keepGoing, fileMemo, signal }: WatchOptions): Promise<Inputs> {
  const read = () => readInputs(config, { ...(keepGoing && { keepGoing }), ...(fileMemo && { fileMemo }) });
  const inputs = await read();
  const isEmpty = [...inputs.contents.values()].some(({ length }) => length === 0);
  if (!isEmpty && inputs.schema.every(({ text }) => text !== '')) return inputs;
  await sleep(emptyMs, undefined, { signal });
  return read();
}
