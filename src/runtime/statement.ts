import { CodecError, codecReason } from './codec/codec-error.ts';
import type { InterruptedError } from './connection-errors.ts';
import type { AnyCodec, ParamDefinition, QueryDefinition } from './definition.ts';
import { EncodeError, type Origin } from './errors.ts';
import { property } from './property.ts';
import { statementName } from './statement-name.ts';
import { grownText } from './statement-text.ts';

/** A statement as it goes to the database. */
export interface BoundStatement {
  /** The query that it is of, or what else it is for. */
  readonly origin: Origin & Partial<Pick<QueryDefinition, 'readOnly' | 'sql'>>;
  /** Undefined: not to be kept prepared. */
  readonly name: string | undefined;
  readonly text: string;
  readonly values: (string | Uint8Array | null)[];
  /** As the caller gave them, for fakes: no error, event or log has them. Absent for what is of no query. */
  readonly params?: unknown;
  /** The calls that it answers together, for fakes; absent: it is one call. */
  readonly lookups?: readonly BoundStatement[];
  /** How often it has been sent, this time included; absent: the first time. */
  readonly attempt?: number;
  /** The parameters that are given, among those that it can be sent without; absent: there are none such. */
  readonly given?: readonly string[];
  /** What may end its call early. */
  readonly interrupt?: Interrupt;
}

/** What may end a call early. */
export interface Interrupt {
  /** The call's own time is limited. */
  readonly timed: boolean;
  /** What has ended it; then nothing more is sent. */
  by?: InterruptedError['by'] | undefined;
  /** Stops what was sent, so that it settles soon; null: it goes on; undefined: nothing is sent. */
  stop?: (() => void) | null | undefined;
  /** Ends the call. */
  end(by: InterruptedError['by']): void;
}

/** How many texts of one query, grown from lists of different lengths, are remembered. */
const MAX_TEXTS = 16;

/** Bind counts them in 16 bits (PostgreSQL documentation, 55.7); drivers send a wrong number beyond. */
const MAX_VALUES = 65_535;

/**
 * Returns the function that turns parameters into a statement. The statement's name is worked out at its
 * first use, so that importing a module of many queries costs nothing.
 */
export function statementOf(definition: QueryDefinition): (params: unknown) => BoundStatement {
  const { sql } = definition;
  const texts = new Map<string, { name: string; text: string }>();
  return (params) => {
    if (definition.params.length > 0 && Object(params) !== params) {
      throw new TypeError(`${definition.name}: params must be an object`);
    }
    const values: (string | Uint8Array | null)[] = [];
    const counts = definition.params.map((param) => pushValues(definition, param, params, values));
    if (values.length > MAX_VALUES) {
      const longest = definition.params[counts.indexOf(Math.max(...counts))];
      throw new EncodeError(
        definition,
        longest?.name ?? '',
        `${values.length} values, and a statement accepts ${MAX_VALUES}; send an array`,
      );
    }
    const key = counts.join();
    let known = texts.get(key);
    if (known === undefined) {
      if (texts.size === MAX_TEXTS) {
        texts.clear();
      }
      const text = typeof sql === 'string' ? sql : grownText(definition, sql, counts);
      known = { name: statementName(definition.name, text), text };
      texts.set(key, known);
    }
    return { origin: definition, ...known, values, params };
  };
}

/**
 * The name under which a driver may keep a statement prepared that closes none: undefined for those of many texts, grown
 * from lists.
 */
export function keptName({ origin, name }: BoundStatement): string | undefined {
  return Array.isArray(origin.sql) ? undefined : name;
}

/** Appends one parameter's encoded values; returns how many elements it has: 1 if it is not a list. */
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
  const elements = 'fields' in param ? [value] : value;
  if (!Array.isArray(elements)) {
    throw new EncodeError(definition, param.name, 'not an array');
  }
  for (const element of elements) {
    if ('list' in param) {
      values.push(encode(definition, param.name, param.list, element));
    } else {
      for (const [field, codec] of 'fields' in param ? param.fields : param.rows) {
        values.push(encode(definition, param.name, codec, property(element, field), field));
      }
    }
  }
  return elements.length;
}

function encode(
  definition: QueryDefinition,
  parameter: string,
  codec: AnyCodec,
  value: unknown,
  field?: string,
): string | Uint8Array | null {
  if ((value ?? null) === null && codec.takesNull !== true) {
    return null;
  }
  let reason = 'its value does not fit the type';
  try {
    // Which values a codec takes is checked by the generated parameter types; a caller without types must not
    // get anything else into the driver, which would throw in the middle of a message.
    const encoded = codec.encode(value as never);
    // Runtimes that are older than isWellFormed are not worth slower code.
    if ((encoded as { isWellFormed?(): boolean }).isWellFormed?.() === false) {
      throw new CodecError('half of a surrogate pair');
    }
    if (typeof encoded === 'string' || ArrayBuffer.isView(encoded)) {
      return encoded;
    }
  } catch (error) {
    reason = codecReason(error, reason);
  }
  throw new EncodeError(definition, field === undefined ? parameter : `${parameter}.${field}`, reason);
}
