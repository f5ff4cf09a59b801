import type { PgType } from '../analysis/type.ts';

/** A TypeScript type that the configuration can ask for by its plain name. */
export type TypeWord =
  | 'bigint'
  | 'boolean'
  | 'Date'
  | 'Json'
  | 'number'
  | 'string'
  | `Temporal.${TemporalName}`
  | 'Uint8Array'
  | "''"
  | '(string | null)[]';

export type TemporalName = 'Instant' | 'PlainDateTime' | 'PlainDate' | 'PlainTime' | 'Duration';

/** One way to have a Postgres type in TypeScript: the type, and the codec of nodrift-runtime that yields it. */
export interface Mapping {
  readonly type: TypeWord;
  readonly codec: string;
  /** The class that the codec `temporal` is asked for. */
  readonly temporal?: TemporalName;
  /** What the codec takes for a parameter besides. */
  readonly alsoTakes?: readonly TypeWord[];
}

function temporal(name: TemporalName): Mapping {
  return { type: `Temporal.${name}`, codec: 'temporal', temporal: name };
}

// The first is the default, the others can be asked for.
const table: Readonly<Record<string, readonly Mapping[]>> = {
  bool: [{ type: 'boolean', codec: 'bool' }],
  int2: [{ type: 'number', codec: 'int2' }],
  int4: [{ type: 'number', codec: 'int4' }],
  oid: [{ type: 'number', codec: 'oid' }],
  float4: [{ type: 'number', codec: 'float4' }],
  float8: [{ type: 'number', codec: 'float8' }],
  int8: [
    { type: 'bigint', codec: 'int8', alsoTakes: ['number'] },
    { type: 'number', codec: 'int8AsNumber', alsoTakes: ['bigint'] },
    { type: 'string', codec: 'int8AsString', alsoTakes: ['bigint', 'number'] },
  ],
  numeric: [{ type: 'string', codec: 'numeric' }],
  money: [{ type: 'string', codec: 'money' }],
  uuid: [{ type: 'string', codec: 'uuid' }],
  date: [{ type: 'string', codec: 'date' }, { type: 'Date', codec: 'dateAsDate' }, temporal('PlainDate')],
  time: [{ type: 'string', codec: 'time' }, temporal('PlainTime')],
  timetz: [{ type: 'string', codec: 'timetz' }],
  timestamp: [
    { type: 'string', codec: 'timestamp' },
    { type: 'Date', codec: 'timestampAsDate' },
    temporal('PlainDateTime'),
  ],
  timestamptz: [
    { type: 'Date', codec: 'timestamptz' },
    { type: 'string', codec: 'timestamptzAsString' },
    temporal('Instant'),
  ],
  interval: [{ type: 'string', codec: 'interval' }, temporal('Duration')],
  bytea: [{ type: 'Uint8Array', codec: 'bytea' }],
  json: [{ type: 'Json', codec: 'json' }],
  jsonb: [{ type: 'Json', codec: 'json' }],
  box: [{ type: 'string', codec: 'box' }],
  // void_out writes an empty string (src/backend/utils/adt/pseudotypes.c).
  void: [{ type: "''", codec: 'text' }],
  record: [{ type: '(string | null)[]', codec: 'record' }],
};

/** The text that Postgres prints: what every type can be had as. */
export const asText: Mapping = { type: 'string', codec: 'text' };

/** All built-in types that are more than text, by name in `pg_catalog`. */
export const mappedTypes: readonly string[] = Object.keys(table);

/** How a base type is had in TypeScript if nothing else is asked for: what the table does not know, as text. */
export function defaultMapping(type: TypeName): Mapping {
  return known(type)?.[0] ?? asText;
}

/**
 * All ways to have a base type in TypeScript, the default first. Every type can be had as the text that
 * Postgres prints.
 */
export function mappings(type: TypeName): readonly Mapping[] {
  const own = known(type) ?? [];
  return own.some((mapping) => mapping.type === 'string') ? own : [...own, asText];
}

interface TypeName {
  readonly schema: string;
  readonly name: string;
}

function known({ schema, name }: TypeName): readonly Mapping[] | undefined {
  return schema === 'pg_catalog' && Object.hasOwn(table, name) ? table[name] : undefined;
}

export function isJsonType(type: PgType): boolean {
  return (
    type.kind === 'base' && type.schema === 'pg_catalog' && (type.name === 'json' || type.name === 'jsonb')
  );
}
