import type { MigrationVerdict } from '../commands/migrate-verify.ts';
import type { MigrationProblem } from '../commands/migration-trial.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { SchemaChange } from '../schema/diff.ts';
import { cliCommand } from './command.ts';
import {
  type CliContext,
  type Colors,
  colorsFor,
  count,
  escapeControlChars,
  type GlobalOptions,
  withProgress,
} from './terminal.ts';

interface MigrateVerifyOptions extends GlobalOptions {
  readonly allowIrreversible?: boolean;
}

export const migrateVerifyCommand = cliCommand<[], MigrateVerifyOptions>({
  name: 'verify',
  description: 'run each migration up, down and up again on a scratch database, and compare',
  examples: [['migrate verify', 'before migrations are merged']],
  failing: 'a down migration does not restore the schema, or a migration fails',
  declare: (command) =>
    command.option('--allow-irreversible', 'do not fail for migrations without a down migration'),
  run: (_args, options, io) => runMigrateVerify(options, io),
});

/** `nodrift migrate verify`: tries the down migrations, reports what they do not restore, and returns 1 then. */
async function runMigrateVerify(options: MigrateVerifyOptions, io: CliContext): Promise<number> {
  const [{ configuration }, { verifyMigrations }] = await Promise.all([
    import('./configuration.ts'),
    import('../commands/migrate-verify.ts'),
  ]);
  const config = await configuration(options, io);
  const started = performance.now();
  const { migrations, database } = await withProgress(io, (flow) => verifyMigrations(config, flow));
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const colors = colorsFor(io.stdout, io.env);
  const allowed = options.allowIrreversible === true;
  for (const migration of migrations) io.stdout.write(verdictText(migration, allowed, colors));
  const bad = migrations.filter(({ problems }) => problems.some((problem) => counts(problem, allowed)));
  const summary = bad.length === 0 ? 'all of them fine' : `${bad.length} with problems`;
  io.stdout.write(`${count(migrations.length, 'migration')}, ${summary}, ${seconds} s, ${database}\n`);
  return bad.length === 0 ? 0 : 1;
}

function counts({ kind }: MigrationProblem, irreversibleAllowed: boolean): boolean {
  return kind !== 'irreversible' || !irreversibleAllowed;
}

function verdictText({ file, problems, notes }: MigrationVerdict, allowed: boolean, colors: Colors): string {
  if (problems.length === 0 && notes.length === 0) return '';
  const lines = [
    colors.bold(escapeControlChars(file)),
    ...problems.flatMap((problem) => {
      const [first = '', ...rest] = problemLines(problem);
      const colour = counts(problem, allowed) ? colors.red : colors.dim;
      return [`  ${colour(first)}`, ...rest.map((line) => `    ${line}`)];
    }),
    ...notes.map((note) => `  ${colors.yellow('note:')} ${escapeControlChars(note)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function problemLines(problem: MigrationProblem): readonly string[] {
  switch (problem.kind) {
    case 'irreversible':
      return ['It has no down migration.'];
    case 'schema':
      return [
        problem.step === 'down'
          ? 'The schema differs after up and down.'
          : 'After up, down and up again, the schema differs from the one after the first up migration.',
        ...problem.changes.flatMap((change) => changeLines(change, problem.step)),
      ];
    case 'state':
      return [
        'Owners, privileges, comments or settings differ after up and down.',
        ...problem.changes.flatMap(({ what, before, after }) => [
          escapeControlChars(what),
          escapeControlChars(`  before: ${before ?? '(none)'}`),
          escapeControlChars(`  after: ${after ?? '(none)'}`),
        ]),
      ];
    case 'data': {
      const { table, columns, rowsBefore, rowsAfter, by } = problem;
      const what =
        rowsBefore === rowsAfter
          ? ` (${columns.join(', ')})`
          : `: ${count(rowsBefore, 'row')} before, ${rowsAfter} after`;
      return [
        escapeControlChars(
          `The ${by} migration changes data that is not restored after up and down: ${table}${what}`,
        ),
      ];
    }
    case 'failed': {
      const again =
        problem.step === 'down' ? 'The down migration fails' : 'After up and down, the up migration fails';
      const rows = problem.rows ? ' where there are rows' : '';
      return [`${again}${rows}.`, ...problem.diagnostics.flatMap(diagnosticLines)];
    }
  }
}

function changeLines({ kind, name, change, facts }: SchemaChange, step: 'down' | 'again'): readonly string[] {
  const first = step === 'down' ? 'before' : 'first';
  const then = step === 'down' ? 'after' : 'then';
  const head = escapeControlChars(`${change} ${kind} ${name}`);
  if (change !== 'different') return [head];
  return [
    head,
    ...facts.flatMap(({ fact, before, after }) => [
      escapeControlChars(`  ${fact}, ${first}: ${before ?? '(none)'}`),
      escapeControlChars(`  ${fact}, ${then}: ${after ?? '(none)'}`),
    ]),
  ];
}

function diagnosticLines({ file, line, column, message, hint }: Diagnostic): readonly string[] {
  const location = line === null ? file : `${file}:${line}:${column}`;
  return [
    escapeControlChars(`${location}: ${message}`),
    ...(hint === null ? [] : hint.split('\n').map((text) => `  ${escapeControlChars(text)}`)),
  ];
}
