import type { MigrationBuilder } from 'node-pg-migrate';
import type { Client, QueryResult } from 'pg';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { nodePgMigrate } from '../imported.ts';
import { runScript, ScriptError } from '../server/script.ts';
import { scriptDiagnostic } from '../server/script-failure.ts';
import type { Migration, ProgramMigration } from './formats/format.ts';
import type { Steps } from './steps.ts';

type Direction = 'up' | 'down';
type Action = (pgm: MigrationBuilder, done?: () => void) => Promise<void> | void;
type Shorthands = ConstructorParameters<typeof MigrationBuilder>[1];

/** A migration that is a program, loaded. */
export interface Program {
  readonly reversible: boolean;
  /** Runs it as far as it only says what must be sent; what it asks the database itself is sent at once. */
  steps(client: Client, direction: Direction, rewrite?: Rewrite): Promise<Steps>;
}

type Rewrite = (sql: string) => string | Promise<string>;

export function isProgram(migration: Migration): migration is ProgramMigration {
  return migration.kind === 'program';
}

/**
 * Loads programs of node-pg-migrate, as its own loader does; what one calls `shorthands` is known to those
 * after it.
 * @param migrations in the order in which they run
 * @throws Failure (1) where one cannot be loaded
 */
export async function loadPrograms(
  migrations: readonly ProgramMigration[],
): Promise<ReadonlyMap<string, Program>> {
  const programs = new Map<string, Program>();
  if (migrations.length === 0) return programs;
  const { jiti } = await nodePgMigrate();
  let shorthands: Shorthands = {};
  for (const { name, file } of migrations) {
    const exported = await jiti
      .import<{ up?: Action | false; down?: Action | false; shorthands?: Shorthands }>(file.path)
      .catch((error: unknown) => {
        throw broken(file, 'cannot be loaded', error);
      });
    shorthands = { ...shorthands, ...exported.shorthands };
    programs.set(name, program(file, exported, shorthands));
  }
  return programs;
}

function program(
  file: SchemaFile,
  { up, down }: { readonly up?: Action | false; readonly down?: Action | false },
  shorthands: Shorthands,
): Program {
  return {
    reversible: down !== false,
    async steps(client, direction, rewrite) {
      const { MigrationBuilder } = await nodePgMigrate();
      const quiet = { info() {}, warn() {}, error() {} };
      const pgm = new MigrationBuilder(ask(client, file, rewrite), shorthands, false, quiet);
      // Without a down migration of its own, what the up migration did is reversed.
      const action = direction === 'up' ? up : (down ?? up);
      if (typeof action !== 'function') {
        throw broken(file, 'cannot be run', `it exports no function "${direction}"`);
      }
      if (direction === 'down' && down === undefined) pgm.enableReverseMode();
      try {
        await perform(action, pgm);
      } catch (error) {
        throw error instanceof Failure ? error : broken(file, 'failed', error);
      }
      return {
        file,
        steps: pgm.getSqlSteps().map((sql) => ({ sql, offset: offsetOf(file, sql) })),
        transaction: pgm.isUsingTransaction(),
      };
    },
  };
}

/** An action with two parameters calls the second one when it is done. */
async function perform(action: Action, pgm: MigrationBuilder): Promise<void> {
  if (action.length === 2) await new Promise<void>((resolve) => void action(pgm, resolve));
  else await action(pgm);
}

/** SQL that is in the program as it is can be pointed at. */
function offsetOf({ text }: SchemaFile, sql: string): number | null {
  const offset = text.indexOf(sql.replace(/;$/, ''));
  return offset === -1 ? null : offset;
}

/** `pgm.db`: for programs that query or change the database themselves. */
function ask(client: Client, file: SchemaFile, rewrite: Rewrite = (sql) => sql) {
  const query = async (text: unknown, ...rest: unknown[]): Promise<QueryResult> => {
    try {
      if (typeof text === 'string' && rest.every((value) => value === undefined)) {
        return await runScript(client, await rewrite(text));
      }
      return await Reflect.apply(client.query, client, [text, ...rest]);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      const outcome =
        'The migration failed; it queries the database outside a transaction, so its changes stay';
      throw new Failure(1, [scriptDiagnostic(file.file, error.failed, outcome)]);
    }
  };
  const select = async (text: unknown, ...rest: unknown[]) => (await query(text, ...rest)).rows;
  return { query, select };
}

function broken({ file }: SchemaFile, what: string, error: unknown): Failure {
  const said = error instanceof Error ? error.message : String(error);
  return new Failure(1, [diagnostic({ file, code: 'ND4013', message: `The migration ${what}: ${said}` })]);
}
