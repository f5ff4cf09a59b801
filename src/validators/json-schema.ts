/** What a JSON Schema lets pass, so far as it is compared: one of several kinds of values. */
export type Passing = PassingKind & {
  /** Whether a check, of which no more is known, refuses some of them. */
  readonly refined?: true;
};

type PassingKind =
  /** What is not known lets anything pass. */
  | { readonly kind: 'any' }
  | { readonly kind: 'null' | 'bigint' | 'date' }
  | { readonly kind: 'string'; readonly values?: readonly unknown[]; readonly maxLength?: number }
  | { readonly kind: 'number' | 'integer' | 'boolean'; readonly values?: readonly unknown[] }
  | { readonly kind: 'array'; readonly items: readonly Passing[] }
  | PassingObject;

export interface PassingObject {
  readonly kind: 'object';
  readonly properties: ReadonlyMap<
    string,
    { readonly passing: readonly Passing[]; readonly optional: boolean }
  >;
}

type Json = Readonly<Record<string, unknown>>;

/** @param schema of the drafts 7 and later, also with the types `bigint` and `date`, and with `refined` */
export function readJsonSchema(schema: unknown): readonly Passing[] {
  const root = isObject(schema) ? schema : {};

  /** @param within the references that it is in: one that is about itself is taken to let anything pass */
  function read(one: unknown, within: readonly string[]): readonly Passing[] {
    if (!isObject(one)) return [{ kind: 'any' }];
    if (typeof one.$ref === 'string')
      return within.includes(one.$ref)
        ? [{ kind: 'any' }]
        : read(referenced(one.$ref), [...within, one.$ref]);
    const choices = one.anyOf ?? one.oneOf;
    if (Array.isArray(choices)) return choices.flatMap((choice) => read(choice, within));
    if (Array.isArray(one.allOf)) {
      const { allOf, ...rest } = one;
      return read(together([rest, ...allOf.map(resolved)]), within);
    }
    const values = 'const' in one ? [one.const] : Array.isArray(one.enum) ? one.enum : undefined;
    if (values !== undefined) return passingValues(values);
    const types = typeof one.type === 'string' ? [one.type] : Array.isArray(one.type) ? one.type : ['any'];
    return types.map((type) => ({
      ...ofType(String(type), one, within),
      ...(one.refined === true && { refined: true as const }),
    }));
  }

  function ofType(type: string, one: Json, within: readonly string[]): Passing {
    switch (type) {
      case 'string':
        return { kind: 'string', ...(typeof one.maxLength === 'number' && { maxLength: one.maxLength }) };
      case 'number':
      case 'integer':
      case 'boolean':
      case 'null':
      case 'bigint':
      case 'date':
        return { kind: type };
      case 'array':
        return { kind: 'array', items: read(one.items, within) };
      case 'object': {
        if (!isObject(one.properties)) return { kind: 'any' };
        const required = new Set(Array.isArray(one.required) ? one.required : []);
        const properties = Object.entries(one.properties).map(
          ([key, value]) => [key, { passing: read(value, within), optional: !required.has(key) }] as const,
        );
        return { kind: 'object', properties: new Map(properties) };
      }
      default:
        return { kind: 'any' };
    }
  }

  function resolved(one: unknown): Json {
    const target = isObject(one) && typeof one.$ref === 'string' ? referenced(one.$ref) : one;
    return isObject(target) ? target : {};
  }

  function referenced(reference: string): unknown {
    const path = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
    return path.reduce<unknown>(
      (from, key) => (isObject(from) ? from[key.replaceAll('~1', '/').replaceAll('~0', '~')] : null),
      root,
    );
  }

  return read(root, ['#']);
}

function together(all: readonly Json[]): Json {
  const objects = all.map(({ properties }) => (isObject(properties) ? properties : {}));
  const properties: Json = Object.assign({}, ...objects);
  const required = all.flatMap((one) => (Array.isArray(one.required) ? one.required : []));
  const merged: Json = Object.assign({}, ...all);
  return Object.keys(properties).length === 0 ? merged : { ...merged, properties, required };
}

/** Values as what lets just them pass, by their kinds. */
export function passingValues(values: readonly unknown[]): readonly Passing[] {
  const of = (type: string) => values.filter((value) => typeof value === type);
  const kinds = (['string', 'number', 'boolean'] as const).flatMap((kind): readonly Passing[] =>
    of(kind).length === 0 ? [] : [{ kind, values: of(kind) }],
  );
  return [
    ...kinds,
    ...(of('bigint').length === 0 ? [] : [{ kind: 'bigint' } as const]),
    ...(values.includes(null) ? [{ kind: 'null' } as const] : []),
  ];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
