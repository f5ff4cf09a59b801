import type { FunctionEntry, Relation } from '../catalog/catalog.ts';
import type { Knowledge } from './knowledge.ts';

/** What of a statement is not proven to keep to one owner's rows. */
export interface Unproven {
  /** The table; null for what is not about one table. */
  readonly relation: Relation | null;
  /** As the statement calls the table. */
  readonly alias: string | null;
  readonly kind:
    | 'read'
    | 'sampled'
    | 'parent'
    | 'stored'
    | 'inserted'
    | 'moved'
    | 'conflict'
    | 'unmatched'
    | 'rewritten'
    | 'function'
    | 'acting'
    | 'costly';
  /** Of a function: its name. */
  readonly name?: string;
}

/** What a proof has met while it goes through a statement. */
export interface ProofWalk extends Knowledge {
  /** Functions whose bodies are being analysed. */
  readonly bodies: FunctionEntry[];
  readonly found: Unproven[];
  /** Whether functions are called only for rows that have met all conditions, here. */
  mayAct: boolean;
  /** Whether it uses a table with owners. */
  usesOwned: boolean;
  /** The queries and calls that the proof has seen. */
  readonly reached: Set<object>;
}
