import { type Passing, type PassingObject, passingValues } from './json-schema.ts';
import type { NodeField, SchemaNode } from './schema-node.ts';

/** Values that a schema is held against. */
export interface SchemaTarget {
  /** What an export is called that is held against them: `tasksInsert`. */
  readonly name: string;
  /** What they are, for messages: `public.tasks`, `getTask of queries/tasks.sql`. */
  readonly what: string;
  /** Whether the database takes them or gives them. */
  readonly way: 'written' | 'read';
  readonly fields: readonly TargetField[];
}

export interface TargetField extends NodeField {
  /** Of a varchar(n) or a char(n); null for others. */
  readonly maxLength: number | null;
}

export interface SchemaMismatch {
  /** The column or parameter, and what in it, `address.city`; null: the whole. */
  readonly key: string | null;
  readonly message: string;
}

/**
 * What a schema lets pass and the database refuses, of values that are written; or what the database gives and the schema
 * refuses, of values that are read. Keys that are only on one side are named for both.
 */
export function compareSchema(schema: readonly Passing[], target: SchemaTarget): readonly SchemaMismatch[] {
  const objects = schema.filter((one) => one.kind === 'object');
  if (schema.some(({ kind }) => kind === 'any')) return [];
  if (objects.length === 0) return [{ key: null, message: 'is no schema of an object' }];
  const all = objects.flatMap((one) => compareFields(target.fields, one, target.way, ''));
  const seen = new Set<string>();
  return all.filter(({ key, message }) => {
    const isNew = !seen.has(`${key} ${message}`);
    seen.add(`${key} ${message}`);
    return isNew;
  });
}

function compareFields(
  fields: readonly (NodeField & { readonly maxLength?: number | null })[],
  { properties }: PassingObject,
  way: SchemaTarget['way'],
  prefix: string,
): readonly SchemaMismatch[] {
  const known = new Set(fields.map(({ name }) => name));
  const isWritten = way === 'written';
  const unknown = [...properties.keys()]
    .filter((key) => !known.has(key))
    .map((key) => ({
      key: prefix + key,
      message: isWritten ? 'cannot be written: the database has nothing of this name' : 'is in no row',
    }));
  const found = fields.flatMap(({ name, node, optional, maxLength = null }): readonly SchemaMismatch[] => {
    const key = prefix + name;
    const property = properties.get(name);
    if (property === undefined) {
      if (isWritten && optional !== false) return [];
      return [
        { key, message: isWritten ? 'is missing, and the database requires it' : 'is missing in the schema' },
      ];
    }
    const isOmitted = isWritten && property.optional && optional === false;
    return [
      ...(isOmitted ? [{ key, message: 'may be omitted, and the database requires it' }] : []),
      ...compareValues(passingOf(node, maxLength), property.passing, way, key),
    ];
  });
  return [...found, ...unknown];
}

type Given =
  | Passing
  | { readonly kind: 'fields'; readonly fields: readonly NodeField[]; readonly refined?: true }
  | { readonly kind: 'bytes'; readonly refined?: true };

function compareValues(
  database: readonly Given[],
  schema: readonly Passing[],
  way: SchemaTarget['way'],
  key: string,
): readonly SchemaMismatch[] {
  if ([...database, ...schema].some(({ kind }) => kind === 'any')) return [];
  const at = (message: string): SchemaMismatch => ({ key, message });
  const [from, into]: readonly [readonly Given[], readonly Given[]] =
    way === 'written' ? [schema, database] : [database, schema];
  const wanted = wordsOf(into);
  return from.flatMap((one): readonly SchemaMismatch[] => {
    const others = into.filter((other) => takes(other, one));
    if (others.length === 0) {
      if (one.kind === 'null')
        return [
          at(
            way === 'written'
              ? 'may be null, and the database refuses null'
              : 'can be null, and the schema refuses null',
          ),
        ];
      return [
        at(
          way === 'written'
            ? `may be ${wordOf(one)}, and the database takes ${wanted}`
            : `is ${wordOf(one)}, and the schema takes ${wanted}`,
        ),
      ];
    }
    if (one.kind === 'array' || one.kind === 'object' || one.kind === 'fields')
      return others.flatMap((other) => compareParts(one, other, way, key));
    return one.refined === true ? [] : narrowed(one, others, way).map(at);
  });
}

/** What of texts, or of one of some values, is not taken. */
function narrowed(one: Given, others: readonly Given[], way: SchemaTarget['way']): readonly string[] {
  const values = 'values' in one ? one.values : undefined;
  const allowed = others.every((other) => 'values' in other && other.values !== undefined)
    ? others.flatMap((other) => ('values' in other ? (other.values ?? []) : []))
    : null;
  const refuses = way === 'written' ? 'the database refuses' : 'the schema refuses';
  if (allowed !== null) {
    const list = allowed.map((value) => JSON.stringify(value)).join(', ');
    if (values === undefined)
      return [
        way === 'written'
          ? `may be any ${one.kind}, and the database takes ${list}`
          : `can be any ${one.kind}, and the schema takes ${list}`,
      ];
    const refused = values.filter((value) => !allowed.includes(value));
    if (refused.length === 0) return [];
    return [
      `${way === 'written' ? 'may be' : 'can be'} ${refused.map((value) => JSON.stringify(value)).join(', ')}, which ${refuses}`,
    ];
  }
  const most = Math.max(
    ...others.map((other) =>
      'maxLength' in other ? (other.maxLength ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    ),
  );
  const length =
    values === undefined ? lengthOf(one) : Math.max(...values.map((value) => [...String(value)].length));
  // A row's text without a length may be limited by other means.
  if (one.kind !== 'string' || length <= most || (way === 'read' && length === Number.POSITIVE_INFINITY))
    return [];
  const long = length === Number.POSITIVE_INFINITY ? 'of any length' : `of ${length} characters`;
  return [
    `may be ${long}, and ${way === 'written' ? 'the database' : 'the schema'} takes ${most} characters`,
  ];
}

function lengthOf(one: Given): number {
  return 'maxLength' in one ? (one.maxLength ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}

function takes(into: Given, one: Given): boolean {
  if (into.kind === 'number' && one.kind === 'integer') return true;
  if (into.kind === 'integer' && one.kind === 'number' && one.refined !== true)
    return 'values' in one && one.values?.every(Number.isInteger) === true;
  const plain = ({ kind }: Given) => (kind === 'fields' ? 'object' : kind === 'integer' ? 'number' : kind);
  return plain(into) === plain(one);
}

function compareParts(
  one: Given,
  other: Given,
  way: SchemaTarget['way'],
  key: string,
): readonly SchemaMismatch[] {
  const [database, schema] = way === 'written' ? [other, one] : [one, other];
  if (database.kind === 'array' && schema.kind === 'array')
    return compareValues(database.items, schema.items, way, `${key}[]`);
  if (database.kind === 'fields' && schema.kind === 'object')
    return compareFields(database.fields, schema, way, `${key}.`);
  return [];
}

/** The kinds of values that a schema of ours lets pass. */
function passingOf(node: SchemaNode, maxLength: number | null): readonly Given[] {
  switch (node.kind) {
    case 'string':
      return [{ kind: 'string', ...(maxLength !== null && { maxLength }) }];
    case 'number':
    case 'integer':
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'null':
      return [{ kind: node.kind }];
    case 'never':
      return [];
    case 'custom':
      return [
        node.type === 'number'
          ? { kind: 'number' }
          : node.type === 'Uint8Array'
            ? { kind: 'bytes' }
            : { kind: 'any' },
      ];
    case 'values':
      return passingValues(node.values.map(literalValue));
    case 'anyOf':
      return node.members.flatMap((member) => passingOf(member, maxLength));
    case 'array':
      return [{ kind: 'array', items: passingOf(node.element, null) as readonly Passing[] }];
    case 'tuple':
      return [{ kind: 'array', items: [{ kind: 'any' }] }];
    case 'record':
      return [{ kind: 'any' }];
    case 'object':
      return [{ kind: 'fields', fields: node.fields }];
  }
}

/** What a literal of TypeScript means. */
function literalValue(literal: string): unknown {
  if (/^['"]/.test(literal)) return textOf(literal);
  return /n$/.test(literal) ? BigInt(literal.slice(0, -1)) : JSON.parse(literal);
}

/** What a literal that stringLiteral of codegen/literal.ts wrote means. */
function textOf(literal: string): unknown {
  const inner = literal
    .slice(1, -1)
    .replace(/\\'/g, "'")
    .replace(/(^|[^\\])((?:\\\\)*)"/g, '$1$2\\"');
  return JSON.parse(`"${inner}"`);
}

function wordsOf(all: readonly Given[]): string {
  const words = [...new Set(all.map(wordOf))];
  return words.length === 0 ? 'nothing' : words.join(' or ');
}

function wordOf({ kind }: Given): string {
  const words: Readonly<Record<string, string>> = {
    string: 'a string',
    number: 'a number',
    integer: 'an integer',
    bigint: 'a bigint',
    boolean: 'a boolean',
    date: 'a Date',
    null: 'null',
    array: 'an array',
    object: 'an object',
    fields: 'an object',
    bytes: 'a Uint8Array',
  };
  return words[kind] ?? kind;
}
