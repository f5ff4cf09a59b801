import { codecReason } from './codec/codec-error.ts';
import type { ColumnDefinition, QueryDefinition } from './definition.ts';
import { columnCheck } from './described.ts';
import { DecodeError, StaleQueryError, StreamError } from './errors.ts';
import { atMostOne, exactlyOne, type Query, queryOf, type ReadOnlyQuery } from './query.ts';
import type { RowReader } from './row.ts';
import type { KnownViolations, NoViolations } from './violations.ts';

/** What is made of the columns of a row, by the names of the result: a column's index, an object or a list. */
export interface NestedFields {
  readonly [name: string]: number | NestedValue;
}

export interface NestedValue {
  /** The fields of an object, or of a list's elements; or the column that the elements are. */
  readonly of: NestedFields | number;
  readonly list?: true;
  /** The column that is NULL where the object is absent, or the row has no element; missing: there always is one. */
  readonly present?: number;
  /** The columns that tell elements with lists in them apart; missing: each row is an element. */
  readonly key?: readonly number[];
}

/** The definition of a query whose rows are put together to objects. */
export interface NestedDefinition extends QueryDefinition {
  readonly nested: {
    readonly fields: NestedFields;
    /** The columns that tell objects with lists apart; missing: each row is an object. */
    readonly key?: readonly number[];
    /** The rows of one object are next to each other. */
    readonly inOrder?: true;
  };
}

interface ReadOnlyNestedDefinition extends NestedDefinition {
  readonly readOnly: true;
}

/** As `one`: the rows must be of exactly one object. */
export function nestedOne<Params, Row, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyNestedDefinition,
): ReadOnlyQuery<Params, Row, Row, V>;
export function nestedOne<Params, Row, V extends KnownViolations = NoViolations>(
  definition: NestedDefinition,
): Query<Params, Row, Row, V>;
export function nestedOne<Params, Row, V extends KnownViolations = NoViolations>(
  definition: NestedDefinition,
): Query<Params, Row, Row, V> {
  return nested(definition, exactlyOne(definition));
}

/** As `maybe`: the rows must be of one object, or there are none. */
export function nestedMaybe<Params, Row, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyNestedDefinition,
): ReadOnlyQuery<Params, Row, Row | null, V>;
export function nestedMaybe<Params, Row, V extends KnownViolations = NoViolations>(
  definition: NestedDefinition,
): Query<Params, Row, Row | null, V>;
export function nestedMaybe<Params, Row, V extends KnownViolations = NoViolations>(
  definition: NestedDefinition,
): Query<Params, Row, Row | null, V> {
  return nested(definition, atMostOne(definition));
}

/** As `many`: all objects, in the order of their first rows. */
export function nestedMany<Params, Row, V extends KnownViolations = NoViolations>(
  definition: ReadOnlyNestedDefinition,
): ReadOnlyQuery<Params, Row, Row[], V>;
export function nestedMany<Params, Row, V extends KnownViolations = NoViolations>(
  definition: NestedDefinition,
): Query<Params, Row, Row[], V>;
export function nestedMany<Params, Row, V extends KnownViolations = NoViolations>(
  definition: NestedDefinition,
): Query<Params, Row, Row[], V> {
  return nested(definition, (rows: Row[]) => rows);
}

type Texts = readonly (string | null)[];

function nested<Params, Row, Result, V extends KnownViolations>(
  definition: NestedDefinition,
  resultOf: (rows: Row[]) => Result,
): Query<Params, Row, Result, V> {
  const { key, inOrder } = definition.nested;
  const gather = gatherer<Row>(definition);
  const all = (rows: readonly Texts[]): Row[] => {
    const { add, end } = gather();
    rows.forEach(add);
    return end();
  };
  const flat = queryOf<Params, Texts, Result, V>(
    definition,
    (rows) => resultOf(all(rows)),
    textReader(definition),
  );
  const { run, runWithCounts, stream, iterate } = flat;
  const assertOrder = (what: string): void => {
    if (key !== undefined && inOrder !== true) {
      throw new StreamError(
        definition,
        `${what} needs the rows of one object next to each other: begin ORDER BY with its key`,
      );
    }
  };
  return Object.assign(flat, {
    run: async (...args: Parameters<typeof run>) => all(await run(...args)),
    runWithCounts: async (...args: Parameters<typeof run>) => {
      const { result, rowCount } = await runWithCounts(...args);
      return { result: all(result), rowCount };
    },
    stream: (...args: Parameters<typeof stream>) => {
      assertOrder('stream');
      const cursor = stream(...args);
      const { add, take, end } = gather();
      let done: Row[] = [];
      let ended = false;
      return {
        read: async (rowCount: number) => {
          while (done.length < rowCount && !ended) {
            const rows = await cursor.read(rowCount);
            rows.forEach(add);
            ended = rows.length < rowCount;
            done = done.concat(ended ? end() : take());
          }
          return done.splice(0, rowCount);
        },
        close: () => cursor.close(),
      };
    },
    iterate: async function* (...args: Parameters<typeof iterate>) {
      assertOrder('iterate');
      const { add, take, end } = gather();
      for await (const row of iterate(...args)) {
        add(row);
        yield* take();
      }
      yield* end();
    },
  }) as unknown as Query<Params, Row, Result, V>;
}

/** Leaves the columns of a row as texts: those of an object with lists are decoded once. */
function textReader(definition: QueryDefinition): RowReader<Texts> {
  const { length } = definition.columns;
  const read = (texts: Texts): Texts => {
    if (texts.length !== length) {
      throw new StaleQueryError(definition, null, 'found', `${texts.length} columns`, `${length}`);
    }
    return texts;
  };
  return Object.assign(read, { check: columnCheck(definition) });
}

/** Takes the rows of a result one by one. */
interface Gathering<Row> {
  readonly add: (texts: Texts) => void;
  /** The objects that are whole, if the rows of each come one after the other. They are forgotten. */
  readonly take: () => Row[];
  /** The rest of them. */
  readonly end: () => Row[];
}

/** Where the elements of a list, or the objects of a result, are put. */
interface Target {
  readonly values: unknown[];
  /** By the text of the key: where the elements of each one's list are put; null: it has none. */
  readonly known: Map<string, Target | null>;
}

/** Makes an object or an element of a row, and says where the elements of its list go. */
interface Level {
  readonly make: (texts: Texts) => { readonly value: unknown; readonly list: unknown[] | null };
  readonly key: readonly number[];
  /** What its list is of; null: it has none, and each row is another one. */
  readonly inner: (Level & { readonly present: number | undefined }) | null;
}

function gatherer<Row>(definition: NestedDefinition): () => Gathering<Row> {
  const { fields, key } = definition.nested;
  const level = levelOf({ of: fields, ...(key && { key }) }, definition.columns, (column, text) => {
    const [name, codec] = definition.columns[column] as ColumnDefinition;
    try {
      return codec.decode(text);
    } catch (error) {
      throw new DecodeError(definition, name, codecReason(error, 'its value does not fit the type'));
    }
  });
  return () => {
    const target: Target = { values: [], known: new Map() };
    const { values, known } = target;
    const take = (count: number): Row[] => {
      for (const key of [...known.keys()].slice(0, count)) {
        known.delete(key);
      }
      return values.splice(0, count) as Row[];
    };
    return {
      add: (texts) => place(level, texts, target),
      // The last one may go on.
      take: () => take(level.inner === null ? values.length : Math.max(0, values.length - 1)),
      end: () => take(values.length),
    };
  };
}

function place(level: Level, texts: Texts, target: Target): void {
  const { inner } = level;
  if (inner === null) {
    target.values.push(level.make(texts).value);
    return;
  }
  const key = keyOf(level.key, texts);
  let own = target.known.get(key);
  if (own === undefined) {
    const { value, list } = level.make(texts);
    own = list === null ? null : { values: list, known: new Map() };
    target.values.push(value);
    target.known.set(key, own);
  }
  if (own !== null && (inner.present === undefined || texts[inner.present] !== null)) {
    place(inner, texts, own);
  }
}

/** A text that no other values of these columns have. */
function keyOf(columns: readonly number[], texts: Texts): string {
  const [first] = columns;
  return columns.length === 1
    ? (texts[first as number] as string)
    : JSON.stringify(columns.map((column) => texts[column]));
}

type Decode = (column: number, text: string) => unknown;

function levelOf({ of, key = [] }: NestedValue, columns: readonly ColumnDefinition[], decode: Decode): Level {
  const decoded = (column: number, texts: Texts): unknown => {
    const text = texts[column] as string | null;
    return text === null ? null : decode(column, text);
  };
  if (typeof of === 'number') {
    return { key, inner: null, make: (texts) => ({ value: decoded(of, texts), list: null }) };
  }
  let inner: Level['inner'] = null;
  /** Makes objects of the fields; the one list that there may be is left in `list`. */
  let list: unknown[] | null = null;
  const maker = (fields: NestedFields): ((texts: Texts) => unknown) => {
    const names = Object.keys(fields);
    const makers = names.map((name): ((texts: Texts) => unknown) => {
      const field = fields[name] as number | NestedValue;
      if (typeof field === 'number') {
        return (texts) => decoded(field, texts);
      }
      const { present } = field;
      if (field.list === true) {
        inner = { ...levelOf(field, columns, decode), present };
        return () => {
          list = [];
          return list;
        };
      }
      const make = maker(field.of as NestedFields);
      return (texts) => (present !== undefined && texts[present] === null ? null : make(texts));
    });
    // It owns all its keys from the start, `__proto__` too, and all objects have one shape.
    const template: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, null]));
    return (texts) => {
      const object = { ...template };
      for (const [i, name] of names.entries()) {
        object[name] = makers[i]?.(texts);
      }
      return object;
    };
  };
  const makeObject = maker(of);
  const make = (texts: Texts) => {
    list = null;
    const value = makeObject(texts);
    return { value, list };
  };
  return { key, inner, make };
}
