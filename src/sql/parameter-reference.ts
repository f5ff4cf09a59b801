import type { Role } from './parameter-context.ts';

/** One place where a statement uses a parameter; offsets in the file's text, marks included. */
export interface ParameterReference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly mark: '!' | '?' | null;
  readonly role: Role;
  /** True where the spelling itself says that a list is here: `sqlc.slice('ids')`. */
  readonly list: boolean;
}
