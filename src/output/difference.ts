import { createTwoFilesPatch } from 'diff';

/** Beyond this many changed lines the diff says nothing a reader could use, and computing it takes long. */
const mostEdits = 4000;

/**
 * A unified diff between what is on the disk and what would be generated, ending in a line feed; null where
 * the two have next to nothing in common. `name` is printed in its header.
 */
export function difference(name: string, before: string, after: string): string | null {
  const patch = createTwoFilesPatch(name, name, before, after, 'on disk', 'generated', {
    context: 3,
    maxEditLength: mostEdits,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
  return patch ?? null;
}
