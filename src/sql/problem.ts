/** What is wrong at a place of the file's text; `read.ts` makes a Diagnostic of it. */
export interface Problem {
  /** UTF-16 code units, 0-based. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string | null;
  /**
   * For a project that is on PgTyped, which has run such statements, it is a warning:
   * - warns: PgTyped warns of it too, and goes on
   * - differs: PgTyped reads it as something else; of this nobody else hears
   */
  readonly pgtyped?: 'warns' | 'differs';
}
