import { difference } from '../drift/difference.ts';
import type { Output } from '../drift/output.ts';
import { check as run } from '../flow/check.ts';
import { configuration } from './configuration.ts';
import { type Colors, colorsFor, type Io } from './io.ts';
import type { FlowCommandOptions } from './program.ts';
import { count, printNotes, withProgress } from './report.ts';
import { shownPath } from './shown-path.ts';
import { visible } from './visible.ts';

/** `nodrift check`: quiet and 0, or what differs from what generate would write, and 1. Writes nothing. */
export async function check(options: FlowCommandOptions, io: Io): Promise<number> {
  const config = configuration(options, io);
  const { analysed, outputs } = await withProgress(io, (flow) => run(config, flow));
  const drifted = outputs.filter(({ state }) => state !== 'unchanged');
  if (drifted.length === 0) return 0;

  printNotes(analysed, io);
  const colors = colorsFor(io.stdout, io.env);
  for (const output of drifted) {
    const path = shownPath(output.path, { root: config.root, cwd: io.cwd });
    io.stdout.write(`${colors.bold(`${path}:`)} ${reason(output)}\n`);
    if (output.state === 'stale') io.stdout.write(`${diffOf(path, output, colors)}\n`);
  }
  const foreign = drifted.some(({ state }) => state === 'foreign');
  io.stdout.write(
    `${count(drifted.length, 'generated file is', 'generated files are')} not what \`nodrift generate\` would leave. ` +
      `${foreign ? 'Move what is in the way, run it' : 'Run it'} and commit the result.\n`,
  );
  return 1;
}

function reason({ state, source }: Output): string {
  switch (state) {
    case 'missing':
      return source === null
        ? 'missing; the shared types have not been generated'
        : `missing; ${source} has not been generated`;
    case 'orphaned':
      return source === null
        ? 'orphaned; no query needs shared types any more'
        : `orphaned; ${source} is gone`;
    case 'foreign':
      return 'in the way; nodrift did not write this file and will not overwrite it';
    default:
      return source === null
        ? 'stale; the queries, the schema or the file itself was changed'
        : `stale; ${source}, the schema or the file itself was changed`;
  }
}

function diffOf(path: string, { before, after }: Output, colors: Colors): string {
  const patch = difference(path, before ?? '', after ?? '');
  if (patch === null) return colors.dim('(next to nothing of it is as it would be generated)\n');
  return patch
    .split('\n')
    .map((line) => colorDiffLine(visible(line), colors))
    .join('\n');
}

function colorDiffLine(line: string, colors: Colors): string {
  if (line.startsWith('---') || line.startsWith('+++')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') ? colors.red(line) : line;
}
