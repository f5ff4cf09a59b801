import type { Output } from '../output/output.ts';

/** Why an orphaned file is one. `outputs` are all that the command knows of. */
export function orphanReason(
  { source }: Pick<Output, 'source'>,
  outputs: readonly Pick<Output, 'source' | 'state'>[],
): string {
  if (source === null) return 'nothing in the project needs it any more';
  const moved = outputs.some((other) => other.source === source && other.state !== 'orphaned');
  return moved ? `the module of ${source} is written to another path now` : `${source} is gone`;
}
