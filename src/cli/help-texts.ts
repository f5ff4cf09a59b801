import type { Command } from 'commander';

interface HelpText {
  /** Command lines without `nodrift`, and what they are for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  /** What the exit code 1 means; null: there is no such. */
  readonly failing: string | null;
}

const failedMigration = 'a migration fails, or another migration is in progress';

/** By the words that call the command. */
const helpTexts: Readonly<Record<string, HelpText>> = {
  nodrift: {
    examples: [
      ['init', 'begin'],
      ['generate', 'after each change of queries or migrations'],
      ['check', 'in CI'],
    ],
    failing: 'stale or broken queries or migrations',
  },
  generate: {
    examples: [
      ['generate', 'all modules'],
      ['generate queries/cars.sql', 'the module of one file'],
      ['generate --url postgres://localhost/app --as-is', 'for the existing schema of a database'],
    ],
    failing: 'queries or migrations are broken, nothing is written',
  },
  check: {
    examples: [
      ['check', 'quiet if everything is as it should be'],
      ['check --full', 'also if this very tree has passed before'],
    ],
    failing: 'modules are stale, missing or orphaned, or queries or migrations are broken',
  },
  inspect: {
    examples: [
      ['inspect queries/cars.sql', 'the queries of one file'],
      ['inspect --json', 'everything, for programs'],
    ],
    failing: 'queries or migrations are broken',
  },
  init: { examples: [['init', 'in the folder of package.json']], failing: null },
  impact: {
    examples: [
      ['impact --since origin/main', 'how a branch affects the running code'],
      ['impact --pending postgres://localhost/app', 'how the next deployment affects the database'],
      ['impact --since origin/main --markdown', 'as a comment on a pull request'],
    ],
    failing: 'running code would break or wait for large tables, or queries or migrations are broken',
  },
  verify: {
    examples: [
      ['verify --url postgres://localhost/app', 'after a deployment'],
      ['verify --role app', 'with the privileges of this role'],
    ],
    failing: 'the database differs from the migrations, or queries fail there',
  },
  schema: {
    examples: [
      ['schema', 'the migrated schema'],
      ['schema --diff main HEAD', 'the changes of a branch'],
    ],
    failing: 'with --diff: they differ; or migrations are broken',
  },
  migrate: {
    examples: [
      ['migrate status', 'list applied and pending migrations'],
      ['migrate up', 'apply pending migrations'],
    ],
    failing: failedMigration,
  },
  'migrate up': {
    examples: [
      ['migrate up', 'all that are pending'],
      ['migrate up 1 --dry-run', 'print the SQL of the next one'],
    ],
    failing: failedMigration,
  },
  'migrate down': {
    examples: [['migrate down 2', 'revert the last two']],
    failing: failedMigration,
  },
  'migrate redo': {
    examples: [['migrate redo', 'after a change of the last one, on your own database']],
    failing: failedMigration,
  },
  'migrate status': {
    examples: [['migrate status --url postgres://localhost/app', 'of this database']],
    failing: 'a file cannot be read as a migration',
  },
  'migrate verify': {
    examples: [['migrate verify', 'before migrations are merged']],
    failing: 'a down migration does not restore the schema, or a migration fails',
  },
  'migrate create': {
    examples: [['migrate create add-users', 'migrations/<time>_add-users.sql']],
    failing: null,
  },
};

/** Adds examples and exit codes to the help of a command and of those below it. */
export function addHelpTexts(command: Command, path: readonly string[] = []): void {
  const text = helpTexts[path.length === 0 ? 'nodrift' : path.join(' ')];
  if (text !== undefined) command.addHelpText('after', `\n${printed(text)}`);
  for (const below of command.commands) addHelpTexts(below, [...path, below.name()]);
}

function printed({ examples, failing }: HelpText): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, purpose]) => `  nodrift ${line.padEnd(width)}  ${purpose}`);
  const codes = [
    '0 fine',
    ...(failing === null ? [] : [`1 ${failing}`]),
    '2 usage or configuration',
    ...(failing === null ? [] : ['3 database unreachable']),
  ];
  return `Examples:\n${lines.join('\n')}\n\nExit codes: ${codes.join(', ')}.`;
}
