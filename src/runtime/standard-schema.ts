/** A schema that other libraries understand: Standard Schema, version 1 (https://standardschema.dev). */
export interface StandardSchema<Input, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a value must be, as data. */
export type SchemaShape = ShapeKind & {
  /** Each of them: whether the value passes, the message if it does not, and the field that is to blame. */
  readonly checks?: readonly (readonly [
    passes: (value: never) => boolean,
    message: string,
    field?: string,
  ])[];
};

type ShapeKind =
  | { readonly type: 'string' | 'number' | 'bigint' | 'boolean' | 'undefined' }
  /** Anything; the checks say what. */
  | { readonly type: 'unknown' }
  | { readonly class: () => abstract new (...args: never) => unknown }
  | { readonly values: readonly unknown[] }
  | { readonly anyOf: readonly SchemaShape[] }
  | { readonly items: SchemaShape; readonly min?: number }
  | { readonly tuple: readonly SchemaShape[] }
  | { readonly record: SchemaShape }
  | { readonly object: Readonly<Record<string, SchemaShape>>; readonly optional?: readonly string[] };

type Path = readonly PropertyKey[];

/**
 * A schema of what a value must be. Keys of objects that it does not name are omitted from the result, as Zod and Valibot
 * do.
 */
export function standardSchema<T>(shape: SchemaShape): StandardSchema<T> {
  return {
    '~standard': {
      version: 1,
      vendor: 'nodrift',
      validate: (value) => {
        const issues: StandardIssue[] = [];
        const result = read(shape, value, [], issues);
        return issues.length > 0 ? { issues } : { value: result as T };
      },
    },
  };
}

function read(shape: SchemaShape, value: unknown, path: Path, issues: StandardIssue[]): unknown {
  const before = issues.length;
  const result = readKind(shape, value, path, issues);
  if (issues.length > before) {
    return undefined;
  }
  for (const [passes, message, field] of shape.checks ?? []) {
    if (!passes(result as never)) {
      issues.push({ message, path: field === undefined ? path : [...path, field] });
    }
  }
  return result;
}

function readKind(shape: ShapeKind, value: unknown, path: Path, issues: StandardIssue[]): unknown {
  const refuse = (expected: string) => {
    issues.push({ message: `must be ${expected}`, path });
    return undefined;
  };
  if ('type' in shape) {
    return shape.type === 'unknown' || typeof value === shape.type ? value : refuse(shape.type);
  }
  if ('class' in shape) {
    const Class = shape.class();
    return value instanceof Class ? value : refuse(Class.name);
  }
  if ('values' in shape) {
    return shape.values.includes(value) ? value : refuse(shape.values.map(displayed).join(' or '));
  }
  if ('anyOf' in shape) {
    return readAny(shape.anyOf, value, path, issues);
  }
  if ('items' in shape) {
    if (!Array.isArray(value) || value.length < (shape.min ?? 0)) {
      return refuse(shape.min === undefined ? 'an array' : 'an array that is not empty');
    }
    return Array.from(value, (item, i) => read(shape.items, item, [...path, i], issues));
  }
  if ('tuple' in shape) {
    if (!Array.isArray(value) || value.length !== shape.tuple.length) {
      return refuse(`an array of ${shape.tuple.length}`);
    }
    return shape.tuple.map((item, i) => read(item, value[i], [...path, i], issues));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('an object');
  }
  const given = value as Readonly<Record<string, unknown>>;
  const entries =
    'record' in shape
      ? Object.keys(given).map((key) => [key, shape.record] as const)
      : Object.entries(shape.object).filter(
          ([key]) => given[key] !== undefined || !shape.optional?.includes(key),
        );
  return Object.fromEntries(
    entries.map(([key, item]) => [key, read(item, given[key], [...path, key], issues)]),
  );
}

/** The first of several shapes that takes the value; otherwise what is wrong with it as the one that it is like. */
function readAny(
  shapes: readonly SchemaShape[],
  value: unknown,
  path: Path,
  issues: StandardIssue[],
): unknown {
  let nearest: StandardIssue[] | undefined;
  for (const shape of shapes) {
    const found: StandardIssue[] = [];
    const result = read(shape, value, path, found);
    if (found.length === 0) {
      return result;
    }
    // Of a value of another kind there is one issue, about all of it.
    const isLike = !found.every((issue) => issue.path === path && issue.message.startsWith('must be '));
    if (nearest === undefined || isLike) {
      nearest = found;
    }
  }
  issues.push(...(nearest ?? []));
  return undefined;
}

function displayed(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
