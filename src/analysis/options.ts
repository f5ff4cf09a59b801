/**
 * Which facts of a Query are computed, of those that take time. The others say that nothing is known.
 */
export interface AnalysisOptions {
  readonly rows: boolean;
  /** `reads`, `writes`, `operations`, `calls` and `readOnly`. */
  readonly effects: boolean;
  readonly violations: boolean;
  /** `variants`, and of the columns' values `literals`, `elementLiterals` and `json`. */
  readonly contents: boolean;
  /** `optional`: what is not sent where parameters are omitted. */
  readonly optional: boolean;
  /** `arrays`: the lists that are sent as arrays. */
  readonly arrays: boolean;
  /** `assigned`: the columns that parameters are assigned to. */
  readonly assigned: boolean;
}

export const everything: AnalysisOptions = {
  rows: true,
  effects: true,
  violations: true,
  contents: true,
  optional: true,
  arrays: true,
  assigned: true,
};
