/**
 * Values to call functions with, as SQL, by type: none of them NULL, and all of those that such functions are known
 * to trip over: empty, zero, NaN, infinite, first, last, JSON null.
 */
const byType: Readonly<Record<string, readonly string[]>> = {
  smallint: ['0', '1', '-1', '32767', '-32768'],
  integer: ['0', '1', '-1', '2', '2147483647', '-2147483648'],
  bigint: ['0', '1', '-1', '9223372036854775807', '-9223372036854775808'],
  real: ['0', '1.5', "'-1'", "'NaN'", "'Infinity'", "'-Infinity'"],
  'double precision': ['0', '0.5', '1', "'-1'", "'NaN'", "'Infinity'", "'-Infinity'"],
  numeric: ['0', '1.50', "'-1'", "'NaN'", "'Infinity'", "'-Infinity'"],
  money: ["'0'", "'-1.00'", "'92233720368547758.07'"],
  oid: ['0', '1259', '4294967295'],
  boolean: ['true', 'false'],
  text: [
    "''",
    "'a'",
    "'A b,c'",
    "' '",
    "'1'",
    "'%'",
    "'_'",
    "'('",
    "'{}'",
    '\'{"a": null}\'',
    "'null'",
    "'ä'",
    "'2024-01-01'",
    "'YYYY'",
    "'day'",
    "'UTC'",
    "'hex'",
    "'hour'",
    "'[]'",
    "'NFC'",
    "'i'",
    "'pg_class'",
  ],
  name: ["''", "'a'", "'pg_class'", "'UTF8'"],
  character: ["''", "'a '", "'ab'"],
  'character varying': ["''", "'a '", "'ab'"],
  '"char"': ["''", "'a'"],
  bytea: ["''", "'\\x00ff'", "'abc'"],
  bit: ["''", "'0'", "'1'"],
  'bit varying': ["''", "'0'", "'101'"],
  date: ["'2024-02-29'", "'infinity'", "'-infinity'", "'4714-11-24 BC'"],
  'time without time zone': ["'00:00'", "'24:00'", "'12:34:56.789'"],
  'time with time zone': ["'00:00+00'", "'24:00-12'", "'12:34:56.789+05:30'"],
  'timestamp without time zone': ["'2024-02-29 12:00'", "'infinity'", "'-infinity'", "'4714-11-24 BC'"],
  'timestamp with time zone': ["'2024-02-29 12:00+00'", "'infinity'", "'-infinity'"],
  interval: [
    "'0'",
    "'1 month'",
    "'-1 day'",
    "'100 years 3 mons 2.5 secs'",
    "'178000000 years'",
    "'infinity'",
    "'-infinity'",
  ],
  uuid: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  json: ["'null'", "'{}'", "'[]'", '\'{"a": null, "b": [1]}\'', "'[null, 1]'", "'1'", '\'""\''],
  jsonb: ["'null'", "'{}'", "'[]'", '\'{"a": null, "b": [1]}\'', "'[null, 1]'", "'1'", '\'""\''],
  xml: ["''", "'<a/>'"],
  inet: ["'0.0.0.0/0'", "'192.168.1.5/24'", "'::1'", "'::/0'"],
  cidr: ["'0.0.0.0/0'", "'192.168.1.0/24'", "'::/0'"],
  macaddr: ["'00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff'"],
  macaddr8: ["'00:00:00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff:ff:ff'", "'00:00:00:ff:fe:00:00:00'"],
  pg_lsn: ["'0/0'", "'FFFFFFFF/FFFFFFFF'"],
  tid: ["'(0,0)'", "'(1,1)'"],
  xid: ["'0'", "'3'"],
  xid8: ["'0'", "'3'"],
  cid: ["'0'", "'3'"],
  tsvector: ["''", "'a:1A b:2'", "'a'"],
  tsquery: ["''", "'a'", "'a & !b'", "'a <-> b'"],
  regconfig: ["'simple'", "'english'"],
  regdictionary: ["'simple'"],
  regclass: ["'pg_class'", '\'"never_null_sequence"\''],
  regtype: ["'int4'"],
  regproc: ["'now'"],
  regprocedure: ["'now()'"],
  regoper: ["'||/'"],
  regoperator: ["'+(int4,int4)'"],
  regrole: ["'postgres'"],
  regnamespace: ["'pg_catalog'"],
  regcollation: ['\'"C"\''],
  int2vector: ["''", "'1 2'"],
  oidvector: ["''", "'1 2'"],
  int4range: ["'empty'", "'(,)'", "'[1,2)'", "'[1,)'"],
  int8range: ["'empty'", "'(,)'", "'[1,2)'"],
  numrange: ["'empty'", "'(,)'", "'[1,2)'"],
  daterange: ["'empty'", "'(,)'", "'[2024-01-01,2024-01-02)'"],
  tsrange: ["'empty'", "'(,)'", "'[2024-01-01,2024-01-02)'"],
  tstzrange: ["'empty'", "'(,)'", "'[2024-01-01,2024-01-02)'"],
  int4multirange: ["'{}'", "'{[1,2),[4,5)}'", "'{(,)}'"],
  citext: ["''", "'a'", "'A b,c'", "'('", "'%'"],
  hstore: ["''", "'a=>1'", '\'a=>NULL, b=>""\''],
  ltree: ["''", "'a'", "'a.b.c'"],
  lquery: ["'*'", "'a'", "'a.*{2}'"],
  ltxtquery: ["'a'", "'a & !b'"],
  query_int: ["'1'", "'1 & !2'"],
  vector: ["'[0]'", "'[1,2]'", "'[0,0]'", "'[-1,3e38]'"],
  halfvec: ["'[0]'", "'[1,2]'", "'[0,0]'", "'[-1,65504]'"],
  sparsevec: ["'{}/1'", "'{}/2'", "'{1:1,2:2}/2'", "'{2:-3e38}/2'"],
};

/** Arguments that a function needs to answer at all, beside those made of its types. */
export const further: Readonly<Record<string, readonly (readonly string[])[]>> = {
  json_build_object: [
    ["'a'::text", '1::integer'],
    ["'a'::text", 'NULL::text'],
    ["''::text", "'null'::json"],
  ],
  jsonb_build_object: [
    ["'a'::text", '1::integer'],
    ["'a'::text", 'NULL::text'],
    ["''::text", "'null'::json"],
  ],
  ts_rank: [
    ["'{0.1,0.2,0.4,1}'::real[]", "''::tsvector", "'a'::tsquery"],
    ["'{0.1,0.2,0.4,1}'::real[]", "'a:1A'::tsvector", "''::tsquery", '0::integer'],
  ],
  ts_rank_cd: [
    ["'{0.1,0.2,0.4,1}'::real[]", "''::tsvector", "'a'::tsquery"],
    ["'{0.1,0.2,0.4,1}'::real[]", "'a:1A'::tsvector", "''::tsquery", '0::integer'],
  ],
  decode: [
    ["'00ff'::text", "'hex'::text"],
    ["''::text", "'base64'::text"],
    ["''::text", "'escape'::text"],
  ],
  make_timestamptz: [
    ['2024', '2', '29', '23', '59', '60', "'UTC'::text"],
    ['-1', '1', '1', '0', '0', '0', "'Europe/Berlin'::text"],
  ],
  generate_series: [
    ["'2024-01-01+00'::timestamptz", "'2024-01-05+00'::timestamptz", "'1 day'::interval", "'UTC'::text"],
  ],
  regexp_instr: [
    ["'ab'::text", "'b'::text", '1', '1', '0', "'i'::text"],
    ["''::text", "'x'::text", '1', '2', '1', "'i'::text", '0'],
  ],
  crypt: [["'a'::text", "never_null.gen_salt('bf', 4)"]],
  gen_salt: [["'bf'::text"], ["'md5'::text"], ["'bf'::text", '4']],
  digest: [
    ["'a'::text", "'sha256'::text"],
    ["''::bytea", "'md5'::text"],
  ],
  hmac: [
    ["'a'::text", "'k'::text", "'sha256'::text"],
    ["''::bytea", "''::bytea", "'md5'::text"],
  ],
  encrypt: [["''::bytea", "'k'::bytea", "'aes'::text"]],
  decrypt: [["never_null.encrypt('', 'k', 'aes')", "'k'::bytea", "'aes'::text"]],
  encrypt_iv: [["''::bytea", "'k'::bytea", "'i'::bytea", "'aes'::text"]],
  decrypt_iv: [["never_null.encrypt_iv('', 'k', 'i', 'aes')", "'k'::bytea", "'i'::bytea", "'aes'::text"]],
  pgp_sym_decrypt: [
    ["never_null.pgp_sym_encrypt('', 'k')", "'k'::text"],
    ["never_null.pgp_sym_encrypt('a', 'k')", "'k'::text", "''::text"],
  ],
  pgp_sym_decrypt_bytea: [
    ["never_null.pgp_sym_encrypt_bytea('', 'k')", "'k'::text"],
    ["never_null.pgp_sym_encrypt_bytea('a', 'k')", "'k'::text", "''::text"],
  ],
  dearmor: [["never_null.armor('')"], ["never_null.armor('a')"]],
};

/** Polymorphic types: what they are tried as, together. */
const instances: readonly Readonly<Record<string, string>>[] = [
  { element: 'integer', array: 'integer[]', range: 'int4range', multirange: 'int4multirange' },
  { element: 'text', array: 'text[]', range: 'daterange', multirange: 'datemultirange' },
  { element: 'numeric', array: 'numeric[]', range: 'numrange', multirange: 'nummultirange' },
  { element: 'integer[]', array: 'integer[]', range: 'int8range', multirange: 'int8multirange' },
  { element: 'never_null_row', array: 'never_null_row[]', range: 'tsrange', multirange: 'tsmultirange' },
  {
    element: 'never_null_enum',
    array: 'never_null_enum[]',
    range: 'tstzrange',
    multirange: 'tstzmultirange',
  },
];

/** What the polymorphic types need to be in the database. */
export const SETUP = `
  CREATE TYPE never_null_row AS (a int, b text);
  CREATE TYPE never_null_enum AS ENUM ('x', 'y');
  CREATE SEQUENCE never_null_sequence;
  SELECT nextval('never_null_sequence')`;

const own: Readonly<Record<string, readonly string[]>> = {
  never_null_row: ["'(,)'", "'(1,a)'"],
  never_null_enum: ["'x'", "'y'"],
};

function values(type: string): readonly string[] | null {
  const found = byType[type] ?? own[type];
  if (found !== undefined) return found.map((value) => `${value}::${type}`);
  if (type.endsWith('multirange')) return [`'{}'::${type}`, `'{(,)}'::${type}`];
  if (!type.endsWith('[]')) return null;
  const elements = values(type.slice(0, -2)) ?? [];
  const [first, second] = elements;
  if (first === undefined) return null;
  return [
    `'{}'::${type}`,
    `ARRAY[${first}]::${type}`,
    `ARRAY[NULL, ${second ?? first}]::${type}`,
    `ARRAY[${elements.slice(0, 4).join(', ')}]::${type}`,
  ];
}

function concrete(type: string, instance: Readonly<Record<string, string>>): string | null {
  switch (type) {
    case 'anyelement':
    case 'anycompatible':
    case 'anynonarray':
    case 'anycompatiblenonarray':
      return instance.element ?? null;
    case '"any"':
      return instance.element ?? null;
    case 'anyenum':
      return 'never_null_enum';
    case 'anyarray':
    case 'anycompatiblearray':
      return instance.array ?? null;
    case 'anyrange':
    case 'anycompatiblerange':
      return instance.range ?? null;
    case 'anymultirange':
    case 'anycompatiblemultirange':
      return instance.multirange ?? null;
    case 'record':
      return 'never_null_row';
    default:
      return type;
  }
}

/** Most combinations of one function's arguments that are tried. */
const MOST = 150;

/**
 * Argument lists for a function: every combination of values where these are few, else a spread of them. Empty
 * where a type has no values here.
 */
export function argumentLists(types: readonly string[]): readonly (readonly string[])[] {
  const polymorphic = types.some((type) => type.startsWith('any') || type === '"any"');
  const found: (readonly string[])[] = [];
  for (const instance of polymorphic ? instances : instances.slice(0, 1)) {
    const each = types.map((type) => {
      const name = concrete(type, instance);
      return name === null ? null : values(name);
    });
    if (each.some((list) => list === null)) continue;
    found.push(...combinations(each.flatMap((list) => (list === null ? [] : [list]))));
  }
  return found;
}

function combinations(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const count = lists.reduce((product, list) => product * list.length, 1);
  const step = Math.max(1, count / MOST);
  const found: (readonly string[])[] = [];
  for (let position = 0; position < count; position += step) {
    let rest = Math.floor(position);
    found.push(
      lists.map((list) => {
        const value = list[rest % list.length] ?? '';
        rest = Math.floor(rest / list.length);
        return value;
      }),
    );
  }
  return found;
}
