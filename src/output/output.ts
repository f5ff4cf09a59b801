/**
 * How a file that the generator is responsible for is on the disk:
 * - unchanged: as it would be written; line endings are no difference
 * - stale: differs; the schema, the `.sql` file, the configuration or the file itself was changed
 * - missing: not there
 * - foreign: something that no generator wrote is in its place
 * - orphaned: nodrift wrote it, and what it was made from is gone
 */
export type OutputState = 'unchanged' | 'stale' | 'missing' | 'foreign' | 'orphaned';

/** A generated file, as it is and as it should be. */
export interface Output {
  /** Absolute path. */
  readonly path: string;
  /** The `.sql` file that it comes from, relative to the configuration's folder; null for the shared types. */
  readonly source: string | null;
  readonly state: OutputState;
  /** The text on the disk, with `\n` line endings; null if missing. */
  readonly before: string | null;
  /** The text that belongs there; null if orphaned. */
  readonly after: string | null;
}
