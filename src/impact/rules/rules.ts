import type { RuleKind } from '../change.ts';

type Event = 'select' | 'insert' | 'update' | 'delete' | 'truncate';

/** A column of a table, as far as it decides which rows can be written. */
export interface TableColumn {
  /** OID of the table and number of the column: what stays through renaming. */
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** With its modifier: `character varying(20)`. */
  readonly type: string;
  /** Its type's name with its schema, an array's as pg_type has it: `public._mood`. */
  readonly typeName: string;
  /** Null for types without one. */
  readonly collation: string | null;
  /** What is below its domain, with the modifier; of other columns `type`. */
  readonly baseType: string;
  readonly notNull: boolean;
  /** False where NOT NULL is NOT VALID (PostgreSQL 18): older rows can hold NULL. */
  readonly isValidated: boolean;
  /** Whether a table above it has it too. */
  readonly inherited: boolean;
  /** The default's expression; null if there is none. */
  readonly default: string | null;
  /** Whether it is an identity or generated column, which need no value. */
  readonly automatic: boolean;
  /** Those that a generated column is computed from; empty for others. */
  readonly computedFrom: readonly string[];
  /** Labels of its type, if that is an enum, in their order; null for others. */
  readonly labels: readonly string[] | null;
  /** A generated column's expression; null for others. */
  readonly generated: string | null;
  /** False for generated columns that are computed when they are read. */
  readonly isStored: boolean;
  /** What its default or its expression calls, by Routine.key. */
  readonly calls: readonly string[];
}

/** Something that a table demands of those who use it. */
export interface Rule {
  readonly kind: RuleKind;
  /** Its own OID, or what it is about: what stays through renaming. */
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** Those that it concerns; empty: whole rows. */
  readonly columns: readonly string[];
  readonly definition: string;
  /** What else it does, for comparing only: a trigger's function, what makes different values of a key equal. */
  readonly body: string;
  /** Which statements it concerns; a foreign key's referenced table has `delete` and `update`. */
  readonly events: readonly Event[];
  /** Whether it is a partition's copy of what its table demands. */
  readonly inherited: boolean;
  /** A CHECK's condition as SQL; null for others. */
  readonly condition: string | null;
  /** Whether it is a domain's CHECK, whose condition calls the column VALUE. */
  readonly ofDomain: boolean;
  /** A CHECK: whether a row of nothing but defaults satisfies it; null where that is unknown. */
  readonly onDefaults: boolean | null;
  /** What it calls, by Routine.key. */
  readonly calls: readonly string[];
}

/** What also binds rows that are written to a partition, or by a foreign key's action. */
export const ofRows: readonly RuleKind[] = [
  'check',
  'unique',
  'exclusion',
  'index',
  'foreign key',
  'trigger',
  'publication',
];

/** A function or view: what a statement runs without naming what is in it. */
export interface Routine {
  /** Its OID, or its key: what stays through renaming. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** Its name with its schema, a function's with the types of its arguments: `public.f(pg_catalog.int4)`. */
  readonly key: string;
  readonly body: string;
  /**
   * `text`: Postgres does not analyse it before it runs. `parsed`: it depends on what it names, like views. `opaque`: one
   * in another language than SQL and PL/pgSQL, or an aggregate.
   */
  readonly kind: 'text' | 'parsed' | 'view' | 'opaque';
  /** For comparing only: a function's text, or an aggregate's functions; '' for views. */
  readonly action: string;
  /** `STABLE SECURITY DEFINER app`: how a function is run. */
  readonly properties: string;
  /** Changes whenever a function is altered or replaced; null: nothing is known. */
  readonly version: string | null;
  /** The table whose rows a function returns, as `schema.table`; null: none's. */
  readonly rowOf: string | null;
  /** What it depends on, by their keys; empty for a text. */
  readonly calls: readonly string[];
  /** The roles whose privileges it has, `PUBLIC` among them; empty: a superuser's; null: those of who runs it. */
  readonly grantees: readonly string[] | null;
}

/** A privilege on something other than a table: roles that are superusers have none, and need none. */
export interface Grant {
  readonly kind: 'schema' | 'function' | 'sequence';
  readonly schema: string;
  /** A function's as DROP FUNCTION takes it: `f(integer)`. */
  readonly name: string;
  /** Of a function Routine.key; of others the name with its schema. */
  readonly key: string;
  /** The role that has it, or `PUBLIC`. */
  readonly role: string;
  readonly privilege: string;
}

export interface Sequence {
  /** Its OID, or its name: what stays through renaming. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly type: string;
  readonly min: string;
  readonly max: string;
  readonly increment: string;
  readonly cycle: boolean;
  /** The identity column that draws from it, by its table. */
  readonly identity: { readonly schema: string; readonly table: string; readonly column: string } | null;
}

/** What sessions begin with. */
export interface Setting {
  /** `the database`, `the server`, `role app` or `role app in the database`. */
  readonly of: string;
  readonly name: string;
  readonly value: string;
}

/** What texts can name. */
export interface Name {
  readonly schema: string;
  /** A column's; an enum for a label; null for others. */
  readonly relation: string | null;
  readonly name: string;
  readonly kind: 'relation' | 'column' | 'function' | 'type' | 'label';
}

/** A foreign key. */
export interface Reference {
  readonly schema: string;
  readonly table: string;
  /** Those that an action writes. */
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
}

/** What happens to rows that refer to one that goes: nothing, or an error; they go too; they are given a value. */
export type ReferenceAction = 'none' | 'cascade' | 'set';

/** A table and one whose rows are its rows too. */
export interface TableLink {
  /** The OIDs, or the names: what stays through renaming. */
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly childSchema: string;
  readonly childTable: string;
  readonly isPartition: boolean;
  /** Columns of the table that decide in which partition a row is. */
  readonly keyColumns: readonly string[];
}

/** What a domain demands of its values, or the type of a composite type's attribute. */
export interface TypeDemand {
  readonly kind: 'check' | 'not null' | 'attribute';
  readonly schema: string;
  readonly type: string;
  /** The constraint's, or the attribute's. */
  readonly name: string;
  readonly definition: string;
  /** Whether an attribute's type has a modifier. */
  readonly isModified: boolean;
  /** The type itself, and all whose values hold its values: domains over it, arrays, composite types, ranges. */
  readonly holders: readonly { readonly schema: string; readonly name: string }[];
}

/** What is demanded of those who use the tables of a database, but not seen when a statement is parsed. */
export interface Rules {
  readonly columns: readonly TableColumn[];
  readonly rules: readonly Rule[];
  readonly types: readonly TypeDemand[];
  readonly references: readonly Reference[];
  readonly children: readonly TableLink[];
  readonly routines: readonly Routine[];
  readonly names: readonly Name[];
  readonly grants: readonly Grant[];
  readonly sequences: readonly Sequence[];
  /** Sequence.id of those that migrations have moved, each as often as they did. */
  readonly moved: readonly string[];
  /** Without those that decide only about plans, memory and logs. */
  readonly settings: readonly Setting[];
}

/** A role whose privileges another one has. */
export interface Membership {
  readonly role: string;
  readonly member: string;
}

/** What the database does not say of itself. */
export interface Surroundings {
  /** Whether no other session changes the server meanwhile: then settings of the whole server are read. */
  readonly isOwnServer: boolean;
  /** Settings beside those that are read. */
  readonly settings: readonly Setting[];
  readonly memberships: readonly Membership[];
  readonly moved: readonly string[];
}

/** The same with names for what they are about, for comparing two databases. */
export function byName({ columns, rules, children, routines, sequences, ...links }: Rules): Rules {
  return {
    ...links,
    columns: columns.map((column) => ({
      ...column,
      id: JSON.stringify([column.schema, column.table, column.column]),
    })),
    rules: rules.map((rule) => ({
      ...rule,
      id: JSON.stringify([rule.kind, rule.schema, rule.table, rule.name, rule.definition]),
    })),
    children: children.map((link) => ({
      ...link,
      id: JSON.stringify([link.schema, link.table, link.childSchema, link.childTable]),
    })),
    routines: routines.map((routine) => ({ ...routine, id: routine.key, version: null })),
    sequences: sequences.map((sequence) => ({
      ...sequence,
      id: JSON.stringify([sequence.schema, sequence.name]),
    })),
  };
}
