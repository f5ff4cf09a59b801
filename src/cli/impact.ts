import { resolve } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import { impact as run } from '../flow/impact.ts';
import type { ConnectionConfig } from '../project/config.ts';
import { parseUrl } from '../project/read-connection.ts';
import { configuration } from './configuration.ts';
import { impactAnnotations } from './impact-annotations.ts';
import { impactMarkdown } from './impact-markdown.ts';
import { impactText } from './impact-text.ts';
import { colorsFor, type Io } from './io.ts';
import type { ImpactCommandOptions } from './program.ts';
import { withProgress } from './report.ts';
import { visible } from './visible.ts';

/** `nodrift impact`: what migrations do to the queries; 1 where they break running code, else 0. */
export async function impact(options: ImpactCommandOptions, io: Io): Promise<number> {
  const config = configuration({ config: options.config, ...(options.uri && { uri: options.uri }) }, io);
  const { since, pending, migration, allow = [] } = options;
  const found = await withProgress(io, (flow) =>
    run(config, {
      ...flow,
      ...(since !== undefined && { since }),
      ...(pending !== undefined && { pending: connectionOf(pending) }),
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
    for (const note of report.notes) io.stderr.write(`${warn.yellow('note:')} ${visible(note)}\n`);
    io.stdout.write(impactText(found, { ...places, colors: colorsFor(io.stdout, io.env) }));
  }
  return report.severity === 'breaks' ? 1 : 0;
}

function connectionOf(url: string): ConnectionConfig {
  if (/^postgres(ql)?:\/\//i.test(url) && parseUrl(url) !== null) return { connectionString: url };
  // It is not repeated: it may hold a password.
  const hint = 'It looks like postgres://user:password@host:5432/database; special characters are %-encoded.';
  throw new Failure(2, [diagnostic({ message: '--pending is not a database URL.', hint })]);
}
