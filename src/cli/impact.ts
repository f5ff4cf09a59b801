import { resolve } from 'node:path';
import { exitCodeOf } from '../diagnostic.ts';
import { impact as run } from '../impact/impact.ts';
import { configuration } from './configuration.ts';
import { type CliContext, colorsFor, type GlobalOptions } from './context.ts';
import { databaseUrl } from './database-url.ts';
import { escapeControlChars } from './escape-control-chars.ts';
import { impactAnnotations } from './impact-annotations.ts';
import { impactMarkdown } from './impact-markdown.ts';
import { impactText } from './impact-text.ts';
import { printDiagnostics } from './print-diagnostics.ts';
import { withProgress } from './report.ts';

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

/** `nodrift impact`: what migrations do to the queries; 1 where they break running code or read large tables while it waits, 70 for an internal error. */
export async function runImpact(options: ImpactCommandOptions, io: CliContext): Promise<number> {
  const config = configuration(options, io);
  const { since, pending, migration, sizes, allow = [] } = options;
  const found = await withProgress(io, (flow) =>
    run(config, {
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
    io.stdout.write(impactMarkdown(report, places));
  } else if (options.github === true) {
    const top = io.env.GITHUB_WORKSPACE ?? io.cwd;
    io.stdout.write(impactAnnotations(report, config.root, top));
  } else {
    const warn = colorsFor(io.stderr, io.env);
    for (const note of report.notes) io.stderr.write(`${warn.yellow('note:')} ${escapeControlChars(note)}\n`);
    io.stdout.write(impactText(found, { ...places, colors: colorsFor(io.stdout, io.env) }));
  }
  printDiagnostics(found.internalErrors, config.root, io);
  if (found.internalErrors.length > 0) return exitCodeOf(found.internalErrors);
  return report.severity === 'breaks' || report.largeTables.length > 0 ? 1 : 0;
}
