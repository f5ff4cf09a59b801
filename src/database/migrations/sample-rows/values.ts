import { escapeLiteral } from 'pg';

/** What is known of a type. */
export interface SampleType {
  /** As SQL writes it, with its modifier: `numeric(12,2)`. */
  readonly written: string;
  /** `pg_type.typname`. */
  readonly name: string;
  readonly kind: 'base' | 'enum' | 'domain' | 'composite' | 'range' | 'multirange' | 'pseudo';
  /** `atttypmod` or `typtypmod`; -1: none. */
  readonly modifier: number;
  /** Of an enum, in its order. */
  readonly labels: readonly string[];
  /** Of an array its element, of a domain what it is over. */
  readonly inner: SampleType | null;
  readonly array: boolean;
  /** How many attributes a composite has. */
  readonly attributes: number;
  /** Literals that a CHECK allows, of a domain; null: it lists none. */
  readonly allowed: readonly string[] | null;
}

function two(row: number): string {
  return String(row).padStart(2, '0');
}

/** Kinds of values, to be tried one after the other where a constraint takes none of the first. */
export type ValueKind = 0 | 1 | 2;

/** The next kind; null after the last. */
export function nextVariant(variant: ValueKind): ValueKind | null {
  return variant === 2 ? null : variant === 1 ? 2 : 1;
}

/**
 * A value of a type as an SQL expression, another for each row as far as the type has so many.
 * @param row 1, 2, 3, ...
 * @returns null for a type that nothing is known of
 */
export function sampleValue(type: SampleType, row: number, variant: ValueKind): string | null {
  const literal = literalOf(type, row, variant);
  return literal === null ? null : `${literal}::${type.written}`;
}

/** One of the values that are allowed. */
export function oneOf(allowed: readonly string[], type: SampleType, row: number): string {
  return `${escapeLiteral(allowed[(row - 1) % allowed.length] ?? '')}::${type.written}`;
}

function literalOf(type: SampleType, row: number, variant: ValueKind): string | null {
  if (type.array) {
    const element = type.inner && sampleValue(type.inner, row, variant);
    return element === null ? "'{}'" : `ARRAY[${element}]`;
  }
  switch (type.kind) {
    case 'enum':
      return type.labels.length === 0
        ? null
        : escapeLiteral(type.labels[(row - 1) % type.labels.length] ?? '');
    case 'domain':
      if (type.allowed) return oneOf(type.allowed, type, row);
      return type.inner && sampleValue({ ...type.inner, modifier: type.modifier }, row, variant);
    case 'composite':
      return `'(${','.repeat(Math.max(0, type.attributes - 1))})'`;
    case 'range':
      return rangeOf(type.name, row);
    case 'multirange':
      return "'{}'";
    case 'pseudo':
      return null;
    case 'base':
      return baseValue(type, row, variant);
  }
}

function rangeOf(name: string, row: number): string {
  switch (name) {
    case 'int4range':
    case 'int8range':
    case 'numrange':
      return `'[${row}0,${row}5)'`;
    case 'daterange':
      return `'[2001-0${row}-01,2001-0${row}-05)'`;
    case 'tsrange':
    case 'tstzrange':
      return `'[2001-0${row}-01 00:00,2001-0${row}-05 00:00)'`;
    default:
      return "'empty'";
  }
}

function baseValue({ name, modifier }: SampleType, row: number, variant: ValueKind): string | null {
  switch (name) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
      return `'${variant === 2 ? 1000 + row : row}'`;
    case 'numeric':
      return `'${numericValue(modifier, row, variant)}'`;
    case 'float4':
    case 'float8':
      return `'${[`${row}.25`, `0.${row}`, `${row}00`][variant]}'`;
    case 'money':
      return `'${row}.50'`;
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
    case 'name':
      return escapeLiteral(textValue(modifier, row, variant));
    case 'char':
      return `'${row}'`;
    case 'bit':
    case 'varbit':
      return `B'${row.toString(2).padStart(Math.max(1, modifier), '0').slice(-Math.max(1, modifier))}'`;
    default:
      return plainValues[name]?.(row) ?? null;
  }
}

/** Within the precision and scale (PostgreSQL source, src/backend/utils/adt/numeric.c). */
function numericValue(modifier: number, row: number, variant: ValueKind): string {
  if (modifier < 4) return [`${row}.125`, `0.${row}`, `${row}00`][variant] ?? '';
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (modifier - 4) & 0x7ff;
  const whole = precision - scale;
  if (scale === 0) return variant === 2 && precision > 2 ? `${row}00` : `${row}`;
  if (whole < 1) return `0.${'0'.repeat(-whole)}${row}`.slice(0, 2 + scale);
  if (variant === 2) return whole > 2 ? `${row}00` : `${row}`;
  return `${variant === 1 ? 0 : row}.${row}${'5'.repeat(Math.min(2, scale) - 1)}`;
}

function textValue(modifier: number, row: number, variant: ValueKind): string {
  const text = [`sample text ${row}`, `a${row}`, `sample${row}@example.com`][variant] ?? '';
  // The end makes it another text in each row.
  return modifier < 4 ? text : text.slice(-(modifier - 4));
}

const plainValues: Readonly<Record<string, (row: number) => string>> = {
  bool: (row) => (row % 2 === 1 ? "'true'" : "'false'"),
  date: (row) => `'2001-02-${two(row)}'`,
  timestamp: (row) => `'2001-02-03 04:05:${two(row)}.678901'`,
  timestamptz: (row) => `'2001-02-03 04:05:${two(row)}.678901+00'`,
  time: (row) => `'04:05:${two(row)}.678901'`,
  timetz: (row) => `'04:05:${two(row)}.678901+00'`,
  interval: (row) => `'${row} days'`,
  uuid: (row) => `'00000000-0000-4000-8000-0000000000${two(row)}'`,
  json: (row) => `'{"sample": ${row}}'`,
  jsonb: (row) => `'{"sample": ${row}}'`,
  xml: (row) => `'<sample>${row}</sample>'`,
  bytea: (row) => `'\\x${two(row)}'`,
  inet: (row) => `'10.0.0.${row}'`,
  cidr: (row) => `'10.0.${row}.0/24'`,
  macaddr: (row) => `'08:00:2b:01:02:${two(row)}'`,
  macaddr8: (row) => `'08:00:2b:01:02:03:04:${two(row)}'`,
  point: (row) => `'(${row},${row})'`,
  line: (row) => `'{${row},1,0}'`,
  lseg: (row) => `'[(0,0),(${row},1)]'`,
  box: (row) => `'((0,0),(${row},1))'`,
  path: (row) => `'[(0,0),(${row},1)]'`,
  polygon: (row) => `'((0,0),(${row},1),(1,0))'`,
  circle: (row) => `'<(0,0),${row}>'`,
  tsvector: (row) => `'sample${row}'`,
  tsquery: (row) => `'sample${row}'`,
  hstore: (row) => `'sample=>${row}'`,
  ltree: (row) => `'sample.s${row}'`,
};
