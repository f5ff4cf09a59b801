import { codecReason } from './codec/codec-error.ts';
import type { AnyCodec, ParamDefinition, QueryDefinition } from './definition.ts';
import { EmptyListError, EncodeError, type Origin } from './errors.ts';
import { statementName } from './statement-name.ts';

/** A statement as it goes to the database. */
export interface Statement {
  /** The query that it is of, or what else it is for. */
  readonly origin: Origin & Pick<QueryDefinition, 'readOnly'>;
  /** Undefined: not to be kept prepared. */
  readonly name: string | undefined;
  readonly text: string;
  readonly values: (string | Uint8Array | null)[];
  /** How often it has been sent, this time included; absent: the first time. */
  readonly attempt?: number;
}

/**
 * How many texts of one query, grown from lists of different lengths, are kept prepared on a
 * connection; a server never forgets a prepared statement by itself.
 */
const MAX_PREPARED_TEXTS = 16;

/**
 * Returns the function that turns parameters into a statement. The statement's name is worked out at its
 * first use, so that importing a module of many queries costs nothing.
 */
export function statementOf(definition: QueryDefinition): (params: unknown) => Statement {
  return typeof definition.sql === 'string'
    ? fixedStatement(definition, definition.sql)
    : growingStatement(definition, definition.sql);
}

/** `$n` for every parameter, lists and arrays of objects with one element: for tooling and documentation. */
export function displayText(definition: QueryDefinition): string {
  if (typeof definition.sql === 'string') {
    return definition.sql;
  }
  const texts: string[] = [];
  let next = 1;
  for (const param of definition.params) {
    const width = 'fields' in param ? param.fields.length : 'rows' in param ? param.rows.length : 1;
    const group = Array.from({ length: width }, (_, i) => `$${next + i}`).join(', ');
    next += width;
    texts.push('codec' in param ? group : `(${group})`);
  }
  return join(definition.sql, texts);
}

function fixedStatement(definition: QueryDefinition, text: string): (params: unknown) => Statement {
  let name: string | undefined;
  return (params) => {
    name ??= statementName(definition.name, text);
    const values: (string | Uint8Array | null)[] = [];
    for (const param of definition.params) {
      pushValues(definition, param, params, values);
    }
    return { origin: definition, name, text, values };
  };
}

function growingStatement(
  definition: QueryDefinition,
  sql: readonly (string | number)[],
): (params: unknown) => Statement {
  const names = new Map<string, string>();
  return (params) => {
    const values: (string | Uint8Array | null)[] = [];
    const texts = definition.params.map((param) => {
      const from = values.length;
      const groups = pushValues(definition, param, params, values);
      return placeholders(definition, param, from, values.length, groups);
    });
    const text = join(sql, texts);
    let name = names.get(text);
    if (name === undefined && names.size < MAX_PREPARED_TEXTS) {
      name = statementName(definition.name, text);
      names.set(text, name);
    }
    return { origin: definition, name, text, values };
  };
}

/** Appends one parameter's encoded values; returns how many groups (of parentheses) they make. */
function pushValues(
  definition: QueryDefinition,
  param: ParamDefinition,
  params: unknown,
  values: (string | Uint8Array | null)[],
): number {
  const value = property(params, param.name);
  if ('codec' in param) {
    values.push(encode(definition, param.name, param.codec, value));
    return 1;
  }
  if ('fields' in param) {
    for (const [field, codec] of param.fields) {
      values.push(encode(definition, `${param.name}.${field}`, codec, property(value, field)));
    }
    return 1;
  }
  if (!Array.isArray(value)) {
    throw new EncodeError(definition, param.name, 'not an array');
  }
  if ('list' in param) {
    for (const item of value) {
      values.push(encode(definition, param.name, param.list, item));
    }
    return 1;
  }
  for (const row of value) {
    for (const [field, codec] of param.rows) {
      values.push(encode(definition, `${param.name}.${field}`, codec, property(row, field)));
    }
  }
  return value.length;
}

/** What stands in the text for a parameter whose values are `$from+1` to `$to`. */
function placeholders(
  definition: QueryDefinition,
  param: ParamDefinition,
  from: number,
  to: number,
  groups: number,
): string {
  if (from === to && 'list' in param && param.type !== undefined) {
    // Right after both IN and NOT IN, which `(NULL)` is not; a bare NULL in a subquery would be text.
    return `(SELECT NULL::${param.type} WHERE false)`;
  }
  if (from === to) {
    throw new EmptyListError(definition, param.name);
  }
  if ('codec' in param) {
    return `$${to}`;
  }
  const width = (to - from) / groups;
  let text = '';
  for (let i = from; i < to; i++) {
    text += `${(i - from) % width !== 0 ? ', ' : i === from ? '(' : '), ('}$${i + 1}`;
  }
  return `${text})`;
}

function join(sql: readonly (string | number)[], texts: readonly string[]): string {
  let text = '';
  for (const part of sql) {
    text += typeof part === 'string' ? part : texts[part];
  }
  return text;
}

function encode(
  definition: QueryDefinition,
  parameter: string,
  codec: AnyCodec,
  value: unknown,
): string | Uint8Array | null {
  if (value === null || value === undefined) {
    return null;
  }
  try {
    // Which values a codec takes is checked by the generated parameter types.
    return codec.encode(value as never);
  } catch (error) {
    throw new EncodeError(
      definition,
      parameter,
      codecReason(error, "its value does not fit the parameter's type"),
    );
  }
}

/** A property that the caller set, or a getter of the caller's class; not what every object inherits. */
function property(object: unknown, name: string): unknown {
  if (object === null || object === undefined) {
    return undefined;
  }
  const properties = object as Record<string, unknown>;
  return name in Object.prototype && !Object.hasOwn(properties, name) ? undefined : properties[name];
}
