/**
 * Which answers of a Query somebody looks at, of those that take time. What nobody asks for says that nothing is known.
 */
export interface AnalysisOptions {
  readonly rows: boolean;
  /** `reads`, `writes`, `operations`, `calls` and `readOnly`. */
  readonly effects: boolean;
  readonly violations: boolean;
  /** `variants`, and of the columns' values `literals`, `elementLiterals` and `json`. */
  readonly contents: boolean;
}

export const everything: AnalysisOptions = { rows: true, effects: true, violations: true, contents: true };
