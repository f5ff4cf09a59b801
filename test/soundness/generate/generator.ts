import type { Choices } from './choices.ts';
import type { Union } from './kinds.ts';
import type { Parameter } from './parameter.ts';
import type { Schema } from './schema.ts';
import type { Field, Place, Scope } from './scope.ts';
import type { Type } from './table.ts';

/** A query with the names and types of its columns. */
export interface Generated {
  readonly sql: string;
  readonly columns: readonly Field[];
  /** Where it is one. */
  readonly union?: Union;
}

/** What one statement is drawn with; and the mutually recursive parts, so that each can be in its own file. */
export interface Generator {
  readonly choices: Choices;
  readonly schema: Schema;
  readonly major: number;
  /** For each `$n`. */
  readonly params: Parameter[];
  /** How many names were given. */
  readonly names: number;
  /** A name that the statement has nowhere else. */
  readonly name: (prefix: string) => string;
  /** An expression of a type, at most `depth` deep. */
  readonly expression: (scope: Scope, type: Type, depth: number) => string;
  /** A query with columns of these types; null: of any. */
  readonly query: (place: Place, types: readonly Type[] | null) => Generated;
}
