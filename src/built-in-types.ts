import type * as runtime from './runtime/index.ts';

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

/** A TypeScript type for a Postgres type, and the codec of nodrift-runtime that produces it. */
export interface Mapping {
  readonly type: TypeWord;
  readonly codec: keyof typeof runtime;
  /** The class that the codec `temporal` is asked for. */
  readonly temporal?: TemporalName;
  /** What the codec takes for a parameter besides. */
  readonly alsoTakes?: readonly TypeWord[];
}

/** Kinds of sample values, tried in turn if a constraint rejects the first. */
export type ValueKind = 0 | 1 | 2;

/** Everything that nodrift knows about a built-in type, or a type of an extension. */
interface PgTypeInfo {
  /** Its types in TypeScript, the default first. Without them it is the text that PostgreSQL prints. */
  readonly mappings?: readonly [Mapping, ...Mapping[]];
  /** The SQL standard's names beside pg_type's (PostgreSQL documentation, table 8.1). */
  readonly standardNames?: readonly string[];
  /** Its TypeScript types under @pgtyped/runtime, see codegen/pgtyped/mapping.ts. */
  readonly pgtyped?: {
    readonly result?: string;
    /** As the element of an array; without it, pg leaves the array as text. */
    readonly element?: string;
    readonly parameter?: string;
  };
  /** An SQL literal, another for each row (1, 2, 3, …) as far as the type has so many. */
  readonly sample?: (row: number, kind: ValueKind, modifier: number) => string;
  /**
   * Whether equal values are spelled equally. Not numeric ('1' = '1.00'), bpchar ('a' = 'a  ') or citext ('a' = 'A'):
   * what is read can be spelled otherwise than the constant that a CHECK compares with.
   */
  readonly spelledOnce?: true;
  /** The types that have one text format with it; without it, none. */
  readonly textFormat?: 'text' | 'json';
  /** What a type of numbers holds of the others: a number of a later integer type may not fit an earlier one. */
  readonly numberRank?: number;
  /** Whether its decoder rejects the texts of other types. */
  readonly strictDecoder?: true;
  /** The extension that it is of; its schema can be any. */
  readonly extension?: string;
}

const types: Readonly<Record<string, PgTypeInfo>> = {
  bool: {
    mappings: [{ type: 'boolean', codec: 'bool' }],
    standardNames: ['boolean'],
    pgtyped: everywhere('boolean'),
    sample: (row) => (row % 2 === 1 ? "'true'" : "'false'"),
    spelledOnce: true,
    strictDecoder: true,
  },
  int2: {
    mappings: [{ type: 'number', codec: 'int2' }],
    standardNames: ['smallint'],
    pgtyped: everywhere('number'),
    sample: integer,
    spelledOnce: true,
    numberRank: 1,
  },
  int4: {
    mappings: [{ type: 'number', codec: 'int4' }],
    standardNames: ['integer', 'int'],
    pgtyped: everywhere('number'),
    sample: integer,
    spelledOnce: true,
    numberRank: 2,
  },
  oid: {
    mappings: [{ type: 'number', codec: 'oid' }],
    pgtyped: { result: 'number', element: 'number' },
    sample: integer,
  },
  float4: {
    mappings: [{ type: 'number', codec: 'float4' }],
    standardNames: ['real'],
    pgtyped: everywhere('number'),
    sample: float,
    spelledOnce: true,
    numberRank: 5,
  },
  float8: {
    mappings: [{ type: 'number', codec: 'float8' }],
    standardNames: ['double precision'],
    pgtyped: everywhere('number'),
    sample: float,
    spelledOnce: true,
    numberRank: 6,
  },
  int8: {
    mappings: [
      { type: 'bigint', codec: 'int8', alsoTakes: ['number'] },
      { type: 'number', codec: 'int8AsNumber', alsoTakes: ['bigint'] },
      { type: 'string', codec: 'int8AsString', alsoTakes: ['bigint', 'number'] },
    ],
    standardNames: ['bigint'],
    pgtyped: { element: 'string', parameter: 'NumberOrString' },
    sample: integer,
    spelledOnce: true,
    numberRank: 3,
  },
  numeric: {
    mappings: [{ type: 'string', codec: 'numeric' }],
    standardNames: ['decimal'],
    // Not as numeric itself is: pg parses the elements, and rounds them.
    pgtyped: { element: 'number', parameter: 'NumberOrString' },
    sample: decimal,
    numberRank: 4,
  },
  money: {
    mappings: [{ type: 'string', codec: 'money' }],
    pgtyped: asText(),
    sample: (row) => `'${row}.50'`,
  },
  uuid: {
    mappings: [{ type: 'string', codec: 'uuid' }],
    pgtyped: asText(),
    sample: (row) => `'00000000-0000-4000-8000-${String(row).padStart(12, '0')}'`,
  },
  date: {
    mappings: [
      { type: 'string', codec: 'date' },
      { type: 'Date', codec: 'dateAsDate' },
      temporal('PlainDate'),
    ],
    pgtyped: { result: 'Date', element: 'Date', parameter: 'DateOrString' },
    sample: (row) => `'${dayOf(row)}'`,
  },
  time: {
    mappings: [{ type: 'string', codec: 'time' }, temporal('PlainTime')],
    standardNames: ['time without time zone'],
    pgtyped: asText(),
    sample: (row) => `'${timeOf(row)}'`,
  },
  timetz: {
    mappings: [{ type: 'string', codec: 'timetz' }],
    standardNames: ['time with time zone'],
    pgtyped: asText(),
    sample: (row) => `'${timeOf(row)}+00'`,
  },
  timestamp: {
    mappings: [
      { type: 'string', codec: 'timestamp' },
      { type: 'Date', codec: 'timestampAsDate' },
      temporal('PlainDateTime'),
    ],
    standardNames: ['timestamp without time zone'],
    pgtyped: { result: 'Date', element: 'Date', parameter: 'DateOrString' },
    sample: (row) => `'${dayOf(3 + Math.floor(row / 60))} ${timeOf(row)}'`,
  },
  timestamptz: {
    mappings: [
      { type: 'Date', codec: 'timestamptz' },
      { type: 'string', codec: 'timestamptzAsString' },
      temporal('Instant'),
    ],
    standardNames: ['timestamp with time zone'],
    pgtyped: { result: 'Date', element: 'Date', parameter: 'DateOrString' },
    sample: (row) => `'${dayOf(3 + Math.floor(row / 60))} ${timeOf(row)}+00'`,
    strictDecoder: true,
  },
  interval: {
    mappings: [{ type: 'string', codec: 'interval' }, temporal('Duration')],
    pgtyped: {
      result: 'PostgresInterval',
      element: 'PostgresInterval',
      parameter: 'string | PostgresInterval',
    },
    sample: (row) => `'${row} days'`,
  },
  bytea: {
    mappings: [{ type: 'Uint8Array', codec: 'bytea' }],
    pgtyped: everywhere('Buffer'),
    sample: (row) => `'\\x${row.toString(16).padStart(row < 256 ? 2 : 8, '0')}'`,
    strictDecoder: true,
  },
  json: {
    mappings: [{ type: 'Json', codec: 'json' }],
    pgtyped: everywhere('Json'),
    sample: (row) => `'{"sample": ${row}}'`,
    textFormat: 'json',
    strictDecoder: true,
  },
  jsonb: {
    mappings: [{ type: 'Json', codec: 'json' }],
    pgtyped: everywhere('Json'),
    sample: (row) => `'{"sample": ${row}}'`,
    textFormat: 'json',
    strictDecoder: true,
  },
  box: {
    mappings: [{ type: 'string', codec: 'box' }],
    sample: (row) => `'((0,0),(${row},1))'`,
  },
  // void_out writes an empty string (src/backend/utils/adt/pseudotypes.c).
  void: { mappings: [{ type: "''", codec: 'text' }] },
  record: { mappings: [{ type: '(string | null)[]', codec: 'record' }] },
  text: { pgtyped: asText(), sample: words, spelledOnce: true, textFormat: 'text' },
  varchar: {
    standardNames: ['character varying'],
    pgtyped: asText(),
    sample: words,
    spelledOnce: true,
    textFormat: 'text',
  },
  bpchar: { standardNames: ['character'], pgtyped: asText(), sample: words, textFormat: 'text' },
  name: { pgtyped: { parameter: 'string' }, sample: words, spelledOnce: true, textFormat: 'text' },
  citext: { pgtyped: { parameter: 'string' }, sample: words, textFormat: 'text', extension: 'citext' },
  char: { pgtyped: { parameter: 'string' }, sample: (row) => `'${row % 10}'` },
  bit: { pgtyped: { parameter: 'string' }, sample: bits },
  varbit: { sample: bits },
  xml: { sample: (row) => `'<sample>${row}</sample>'` },
  inet: { pgtyped: asText(), sample: (row) => `'10.${(row >> 16) & 255}.${(row >> 8) & 255}.${row & 255}'` },
  cidr: { pgtyped: asText(), sample: (row) => `'10.${(row >> 8) & 255}.${row & 255}.0/24'` },
  macaddr: { pgtyped: asText(), sample: (row) => `'08:00:2b:01:${bytes(row)}'` },
  macaddr8: { pgtyped: { parameter: 'string' }, sample: (row) => `'08:00:2b:01:02:03:${bytes(row)}'` },
  point: {
    pgtyped: { result: '{ x: number; y: number }', element: '{ x: number; y: number }', parameter: 'string' },
    sample: (row) => `'(${row},${row})'`,
  },
  line: { sample: (row) => `'{${row},1,0}'` },
  lseg: { sample: (row) => `'[(0,0),(${row},1)]'` },
  path: { sample: (row) => `'[(0,0),(${row},1)]'` },
  polygon: { sample: (row) => `'((0,0),(${row},1),(1,0))'` },
  circle: {
    pgtyped: { result: '{ x: number; y: number; radius: number }' },
    sample: (row) => `'<(0,0),${row}>'`,
  },
  tsvector: { pgtyped: { parameter: 'string' }, sample: (row) => `'sample${row}'` },
  tsquery: { sample: (row) => `'sample${row}'` },
  regproc: { pgtyped: { element: 'string' } },
  int4range: { sample: numberRange },
  int8range: { sample: numberRange },
  numrange: { pgtyped: { element: 'string' }, sample: numberRange },
  daterange: { sample: (row) => `'[${monthOf(row)}-01,${monthOf(row)}-05)'` },
  tsrange: { sample: timeRange },
  tstzrange: { sample: timeRange },
  hstore: { sample: (row) => `'sample=>${row}'`, extension: 'hstore' },
  ltree: { sample: (row) => `'sample.s${row}'`, extension: 'ltree' },
};

/** All types of the table, by their names in `pg_type`. */
export const knownTypes: readonly (readonly [name: string, info: PgTypeInfo])[] = Object.entries(types);

/** What is known of a type by its name in `pg_type`, in whatever schema; undefined: nothing. */
export function typeInfo(name: string): PgTypeInfo | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

function temporal(name: TemporalName): Mapping {
  return { type: `Temporal.${name}`, codec: 'temporal', temporal: name };
}

function everywhere(type: string): NonNullable<PgTypeInfo['pgtyped']> {
  return { result: type, element: type, parameter: type };
}

/** pg leaves its values as text, and parses arrays of it. */
function asText(): NonNullable<PgTypeInfo['pgtyped']> {
  return { element: 'string', parameter: 'string' };
}

function two(row: number): string {
  return String(row).padStart(2, '0');
}

function dayOf(row: number): string {
  return new Date(Date.UTC(2001, 1, row)).toISOString().slice(0, 10);
}

function timeOf(row: number): string {
  return `04:05:${two(row % 60)}.678901`;
}

function monthOf(row: number): string {
  return `${2001 + Math.floor((row - 1) / 12)}-${two(((row - 1) % 12) + 1)}`;
}

/** The last two bytes of an address. */
function bytes(row: number): string {
  const hex = (0x0200 + row).toString(16).padStart(4, '0').slice(-4);
  return `${hex.slice(0, 2)}:${hex.slice(2)}`;
}

function integer(row: number, kind: ValueKind): string {
  return `'${kind === 2 ? 1000 + row : row}'`;
}

function float(row: number, kind: ValueKind): string {
  return `'${[`${row}.25`, `0.${row}`, `${row}00`][kind]}'`;
}

/** Within the precision and scale (PostgreSQL source, src/backend/utils/adt/numeric.c). */
function decimal(row: number, kind: ValueKind, modifier: number): string {
  if (modifier < 4) return `'${[`${row}.125`, `0.${row}`, `${row}00`][kind]}'`;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (modifier - 4) & 0x7ff;
  const whole = precision - scale;
  if (scale === 0) return kind === 2 && precision > 2 ? `'${row}00'` : `'${row}'`;
  if (whole < 1) return `'${`0.${'0'.repeat(-whole)}${row}`.slice(0, 2 + scale)}'`;
  if (kind === 2) return whole > 2 ? `'${row}00'` : `'${row}'`;
  return `'${kind === 1 ? 0 : row}.${row}${'5'.repeat(Math.min(2, scale) - 1)}'`;
}

function words(row: number, kind: ValueKind, modifier: number): string {
  const text = [`sample text ${row}`, `a${row}`, `sample${row}@example.com`][kind] ?? '';
  // The end makes it another text in each row.
  return `'${modifier < 4 ? text : text.slice(-(modifier - 4))}'`;
}

function bits(row: number, _kind: ValueKind, modifier: number): string {
  const length = Math.max(1, modifier);
  return `B'${row.toString(2).padStart(length, '0').slice(-length)}'`;
}

function numberRange(row: number): string {
  return `'[${row}0,${row}5)'`;
}

function timeRange(row: number): string {
  return `'[${monthOf(row)}-01 00:00,${monthOf(row)}-05 00:00)'`;
}
