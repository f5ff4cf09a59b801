import { difference } from '../output/difference.ts';
import { differOnlyInLayout } from '../output/layout.ts';
import type { Output } from '../output/output.ts';
import { orphanReason } from './orphan-reason.ts';
import type { Colors } from './terminal.ts';
import { count, escapeControlChars } from './terminal.ts';

/**
 * What `check` prints of files that are out of date.
 * @param outputs all of them, also those that are
 * @param shown gives a path as the user sees it
 * @param command that brings them up to date
 */
export function driftText(
  outputs: readonly Output[],
  shown: (path: string) => string,
  colors: Colors,
  command: string,
): string {
  const drifted = outputs.filter(({ state }) => state !== 'unchanged');
  const lines = drifted.flatMap((output) => {
    const path = shown(output.path);
    const line = `${colors.bold(`${path}:`)} ${reason(output, outputs)}\n`;
    return output.state === 'stale' && !isReformatted(output)
      ? [line, `${diffOf(path, output, colors)}\n`]
      : [line];
  });
  const foreign = drifted.some(({ state }) => state === 'foreign');
  const summary =
    `${count(drifted.length, 'generated file is', 'generated files are')} out of date. ` +
    `${foreign ? 'Move the file in the way, run' : 'Run'} \`${command}\` and commit the result.\n`;
  const hint = drifted.some(isReformatted)
    ? 'Keep formatters away from generated files: .prettierignore and .gitattributes, see docs/ci.md#formatters-and-linters.\n'
    : '';
  return lines.join('') + summary + hint;
}

/** Whether a formatter has run over the file, and nothing else has changed. */
function isReformatted({ state, before, after }: Output): boolean {
  return state === 'stale' && before !== null && after !== null && differOnlyInLayout(before, after);
}

function reason(output: Output, outputs: readonly Output[]): string {
  const { state, source } = output;
  switch (state) {
    case 'orphaned':
      return `orphaned; ${orphanReason(output, outputs)}`;
    case 'missing':
      return source === null
        ? 'missing; it has not been generated'
        : `missing; ${source} has not been generated`;
    case 'foreign':
      return 'in the way; nodrift did not write this file and will not overwrite it';
    default:
      if (isReformatted(output)) return 'stale; only its formatting differs';
      return source === null
        ? 'stale; the queries, the schema or the file itself was changed'
        : `stale; ${source}, the schema or the file itself was changed`;
  }
}

function diffOf(path: string, { before, after }: Output, colors: Colors): string {
  const patch = difference(path, before ?? '', after ?? '');
  if (patch === null) return colors.dim('(almost all of it would be generated differently)\n');
  return patch
    .split('\n')
    .map((line) => colorDiffLine(escapeControlChars(line), colors))
    .join('\n');
}

function colorDiffLine(line: string, colors: Colors): string {
  if (line.startsWith('---') || line.startsWith('+++')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') ? colors.red(line) : line;
}
