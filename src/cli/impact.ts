import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { exitCodeOf } from '../diagnostic.ts';
import { cliCommand, ownDocs } from './command.ts';
import { type CliContext, colorsFor, type GlobalOptions, withProgress, writeNotes } from './terminal.ts';

interface ImpactCommandOptions extends GlobalOptions {
  readonly since?: string;
  readonly pending?: string;
  readonly migration?: string;
  readonly sizes?: string;
  /** Files of migrations and reasons. */
  readonly allow?: readonly (readonly [file: string, reason: string])[];
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly github?: boolean;
}

const scopes = ['since', 'pending', 'migration'];
const formats = ['json', 'markdown', 'github'];

export const impactCommand = cliCommand<[], ImpactCommandOptions>({
  name: 'impact',
  description: 'report how migrations affect queries, and fail if they break running code',
  examples: [
    ['impact --since origin/main', 'how a branch affects the running code'],
    ['impact --pending postgres://localhost/app', 'how the next deployment affects the database'],
    ['impact --since origin/main --markdown', 'a comment for a pull request'],
  ],
  failing: 'running code would break or wait for large tables, or queries or migrations are broken',
  declare(command) {
    const others = (names: readonly string[], name: string) => names.filter((one) => one !== name);
    const scope = (flags: string, name: string, description: string) =>
      new Option(flags, description).conflicts(others(scopes, name));
    const format = (name: string, description: string) =>
      new Option(`--${name}`, description).conflicts(others(formats, name));
    command
      .addOption(
        scope(
          '--since <ref>',
          'since',
          'examine the migrations that this git commit, which is deployed, does not have',
        ),
      )
      .addOption(
        scope('--pending <url>', 'pending', 'examine the migrations that this database has not applied'),
      )
      .addOption(scope('--migration <file>', 'migration', 'examine this migration (default: the last one)'))
      .option(
        '--sizes <url>',
        'fail if a migration reads a table with a million rows in this database while queries wait',
      )
      .option(
        '--allow <file=reason>',
        'let this migration break running code or make it wait; can be repeated',
        allowance,
      )
      .addOption(format('json', `print JSON; its format: ${ownDocs}/impact.schema.json`))
      .addOption(format('markdown', 'print a comment for a pull request'))
      .addOption(format('github', 'print annotations for GitHub Actions'));
  },
  run: (_args, options, io) => runImpact(options, io),
});

/** `nodrift impact`: what migrations do to the queries; 1 where they break running code or read large tables while it waits, 70 for an internal error. */
async function runImpact(options: ImpactCommandOptions, io: CliContext): Promise<number> {
  const [{ configuration, databaseUrl }, { impact }, { printDiagnostics }] = await Promise.all([
    import('./configuration.ts'),
    import('../impact/impact.ts'),
    import('./print-diagnostics.ts'),
  ]);
  const config = await configuration(options, io);
  const { since, pending, migration, sizes, allow = [] } = options;
  const found = await withProgress(io, (flow) =>
    impact(config, {
      ...flow,
      ...(sizes !== undefined && { sizes: databaseUrl(sizes, '--sizes') }),
      ...(since !== undefined && { since }),
      ...(pending !== undefined && { pending: databaseUrl(pending, '--pending') }),
      ...(migration !== undefined && { migration: resolve(io.cwd, migration) }),
      allow: new Map(allow.map(([file, reason]) => [resolve(io.cwd, file), reason])),
    }),
  );
  const { report } = found;
  const places = { root: config.root, cwd: io.cwd };
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else if (options.markdown === true) {
    const { impactMarkdown } = await import('./impact-markdown.ts');
    io.stdout.write(impactMarkdown(report, places));
  } else if (options.github === true) {
    const top = io.env.GITHUB_WORKSPACE ?? io.cwd;
    const { impactAnnotations } = await import('./impact-annotations.ts');
    io.stdout.write(impactAnnotations(report, config.root, top));
  } else {
    writeNotes(report.notes, io);
    const { impactText } = await import('./impact-text.ts');
    io.stdout.write(impactText(found, { ...places, colors: colorsFor(io.stdout, io.env) }));
  }
  printDiagnostics(found.internalErrors, config.root, io);
  if (found.internalErrors.length > 0) return exitCodeOf(found.internalErrors);
  return report.severity === 'breaks' || report.largeTables.length > 0 ? 1 : 0;
}

function allowance(
  text: string,
  previous: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const [file = '', reason = ''] = text.split(/=(.*)/s).map((part) => part.trim());
  if (file === '' || reason === '') {
    throw new InvalidArgumentError('It must be the file of a migration, = and the reason.');
  }
  return [...previous, [file, reason]];
}
