/** What is wrong at a place of the file's text; `read.ts` makes a Diagnostic of it. */
export interface Problem {
  /** UTF-16 code units, 0-based. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string | null;
}
