/** What an object is; grants represent the privileges of one role on one object. */
export type SchemaKind =
  | 'aggregate'
  | 'base type'
  | 'cast'
  | 'collation'
  | 'column'
  | 'composite type'
  | 'constraint'
  | 'domain'
  | 'enum'
  | 'event trigger'
  | 'extension'
  | 'foreign table'
  | 'function'
  | 'grant'
  | 'index'
  | 'materialized view'
  | 'operator'
  | 'policy'
  | 'procedure'
  | 'range type'
  | 'rule'
  | 'schema'
  | 'sequence'
  | 'statistics'
  | 'table'
  | 'trigger'
  | 'view';

/** One object of a schema, without OIDs, owners and physical order: the same on every server. */
export interface SchemaObject {
  readonly kind: SchemaKind;
  /**
   * Its identity as SQL writes it, qualified, and quoted where needed: `public.users`, `public.users.email`,
   * `public.advance_job(bigint)`. A trigger, rule, policy or constraint is below its table or domain.
   */
  readonly name: string;
  /** The name of the table or other object that it belongs to and goes away with; null if none. */
  readonly table: string | null;
  /** What is known of it, as text; what is at its default is omitted. The keys are sorted. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Sorted by kind, then by name, both by code units. */
export type Schema = readonly SchemaObject[];
