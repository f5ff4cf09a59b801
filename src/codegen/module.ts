/** A TypeScript file that the generator made: text only, not yet written. */
export interface Module {
  /** Absolute path. */
  readonly path: string;
  /** The `.sql` file that it comes from, relative to the configuration's folder; null for the shared types. */
  readonly source: string | null;
  readonly text: string;
}
