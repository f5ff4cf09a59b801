import path from 'node:path';
import type { ColumnReference } from '../analysis/analysed-query.ts';
import { knownTypes, typeInfo } from '../built-in-types.ts';
import { type Diagnostic, diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { problemAt } from '../project/config-problems.ts';
import { isIdentifier, reservedWords } from './identifier.ts';

/** Which way a value goes: from the database, or to it. */
export type ValueDirection = 'result' | 'parameter';

/** What the configuration wants a type or column to be in TypeScript. */
export interface Override {
  /** As the configuration says it, for messages: `types["numeric"]: "decimal.js#Decimal"`. */
  readonly setting: string;
  /** Where it is in the configuration; null: it is a comment's. */
  readonly keys: readonly string[] | null;
  /** Where it says so: ours are promises that the codec keeps, PgTyped's that its user keeps. */
  readonly from: 'types' | 'typesOverrides';
  readonly wanted: { readonly kind: 'text'; readonly text: string } | ImportedType;
  /** How many `[]` are behind it; the wanted type is without them. */
  readonly dimensions: number;
}

/** What a module exports. */
export interface ImportedType {
  readonly kind: 'import';
  readonly module: string;
  readonly name: string;
  readonly local: string;
  /** The class in it that is meant, as in `temporal-polyfill#Temporal.Instant`; absent: it is itself the type. */
  readonly member?: string;
}

export interface Overrides {
  readonly ofColumn: (column: ColumnReference) => Override | null;
  /** What the column's comment asks for. */
  readonly ofComment: (type: string, column: ColumnReference | null) => Override;
  readonly ofType: (
    type: { readonly schema: string; readonly name: string },
    direction: ValueDirection,
  ) => Override | null;
  /**
   * Says that an override asks for what there is not.
   * @throws Failure (exit code 2), unless mistakes are collected
   */
  readonly refuse: (override: Override | null, message: string, hint: string) => void;
}

const standardNames = knownTypes
  .map(([name, info]) => [name, info.standardNames ?? []] as const)
  .filter(([, names]) => names.length > 0);

/** Names of built-in types that need no schema: those in `pg_type` that have another, and the other ones. */
export const standardTypeNames: readonly string[] = standardNames.flat(2);

/**
 * Reads `types` (keys: a type's name, `schema.type`, `schema.table.column`) and `typesOverrides` (keys: a
 * type's name) of the configuration. `types` goes before `typesOverrides`, the longer key before the shorter.
 * @param mistakes takes what is wrong with them; default: the first one is thrown
 */
export function overridesOf(config: Config, mistakes?: Diagnostic[]): Overrides {
  const wanted = Object.values(config.types);
  if (wanted.some((text) => /^Temporal\./.test(text)) && wanted.some((text) => /#Temporal\./.test(text))) {
    throw configFailure(
      config,
      'types: both the global Temporal and the Temporal of a module are configured, and their types differ.',
      'Use one of the two for all types.',
    );
  }
  const own = (key: string): Override | null => {
    const text = Object.hasOwn(config.types, key) ? config.types[key] : undefined;
    return text === undefined ? null : parse(text, 'types', key, placed(config, ['nodrift', 'types', key]));
  };
  const pgtyped = (key: string, direction: ValueDirection): Override | null => {
    const sides = Object.hasOwn(config.typesOverrides, key) ? config.typesOverrides[key] : undefined;
    const text = direction === 'result' ? sides?.return : sides?.parameter;
    if (text === undefined) return null;
    return parse(text, 'typesOverrides', key, placed(config, ['typesOverrides', key]));
  };
  // Nearly no type is mentioned, and this is asked for every column: most answers are one look-up.
  const mentioned = new Set(
    [...Object.keys(config.types), ...Object.keys(config.typesOverrides)].map(lastPart),
  );
  for (const [name, others] of standardNames) {
    if (others.some((other) => mentioned.has(other))) mentioned.add(name);
  }
  return {
    ofColumn: ({ schema, table, column }) =>
      mentioned.has(lastPart(column)) ? own(`${schema}.${table}.${column}`) : null,
    ofComment: (type, column) => {
      const of = column === null ? 'a column' : `${column.schema}.${column.table}.${column.column}`;
      return parse(type, 'types', null, commentFailure, `the comment on ${of}, @type`);
    },
    refuse: (override, message, hint) => {
      const failure = override?.keys
        ? placed(config, override.keys)(message, hint)
        : configFailure(config, message, hint);
      if (mistakes === undefined) throw failure;
      mistakes.push(...failure.diagnostics);
    },
    ofType: ({ schema, name }, direction) => {
      if (!mentioned.has(lastPart(name))) return null;
      const standard = schema === 'pg_catalog' ? (typeInfo(name)?.standardNames ?? []) : [];
      for (const key of [`${schema}.${name}`, name, ...standard]) {
        const found = own(key);
        if (found !== null) return found;
      }
      return pgtyped(name, direction);
    },
  };
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/** The error of a configuration that asks for what cannot be. Exit code 2. */
function configFailure(config: Config, message: string, hint: string): Failure {
  const file = path.relative(config.root, config.path).split(path.sep).join('/');
  return new Failure(2, [diagnostic({ file, code: 'ND1012', message, hint })]);
}

/** The same at the key that asks for it. */
function placed(config: Config, keys: readonly string[]): Refuse {
  return (message, hint) =>
    new Failure(2, [problemAt(config.path, config.text, keys, 'ND1012', message, hint)]);
}

/**
 * What is wrong with the words of `types` and `typesOverrides`, whatever they are for; at their places.
 */
export function malformedOverrides(config: Config): readonly Diagnostic[] {
  const entries = [
    ...Object.entries(config.types).map(([key, text]) => ['types', key, [text]] as const),
    ...Object.entries(config.typesOverrides).map(
      ([key, { parameter, return: result }]) => ['typesOverrides', key, [parameter, result]] as const,
    ),
  ];
  const found = entries.flatMap(([from, key, texts]) => {
    const keys = from === 'types' ? ['nodrift', 'types', key] : ['typesOverrides', key];
    return [...new Set(texts)].flatMap((text): readonly Diagnostic[] => {
      try {
        if (text !== undefined) parse(text, from, key, placed(config, keys));
        return [];
      } catch (error) {
        if (error instanceof Failure) return error.diagnostics;
        throw error;
      }
    });
  });
  return found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

type Refuse = (message: string, hint: string) => Failure;

/** The error of a column comment that names a type that there cannot be. Exit code 2. */
function commentFailure(message: string, hint: string): Failure {
  return new Failure(2, [diagnostic({ code: 'ND1012', message, hint })]);
}

/**
 * What can be behind `from`: any path, the name of a package, or what `paths` in a tsconfig.json may be for (`@/jobs`).
 * Whether it exists is for TypeScript to say.
 */
const specifier = /^(\.{1,2}\/.+|\/.+|(node:)?(@[\w.~-]*\/)?[\w.~-]+(\/[\w.~@$+-]+)*)$/s;

// PgTyped's stringToType (@pgtyped/cli, src/config.ts).
function parse(
  whole: string,
  from: Override['from'],
  key: string | null,
  refuse: Refuse,
  keyPath = `${from}[${JSON.stringify(key)}]`,
): Override {
  const setting = `${keyPath}: ${JSON.stringify(whole)}`;
  const keys = key === null ? null : from === 'types' ? ['nodrift', 'types', key] : ['typesOverrides', key];
  const text = whole.replace(/(\[\])+$/, '');
  const dimensions = (whole.length - text.length) / 2;
  if (!/^\.\.?\/|#| as /.test(text)) {
    if (/[\r\n]|\/\/|\/\*/.test(text) || whole.trim() === '') {
      throw refuse(`${setting} is not a TypeScript type.`, 'Write a type on one line, or "module#Export".');
    }
    return { setting, keys, from, wanted: { kind: 'text', text }, dimensions };
  }
  const [source = '', alias] = text.split(' as ');
  const [module = '', exported = 'default'] = source.split('#');
  const [name = '', ...members] = exported.split('.');
  const [member] = members;
  const local = alias ?? name;
  if (
    !specifier.test(module) ||
    reservedWords.has(local) ||
    exported === '' ||
    !isIdentifier(local) ||
    !isIdentifier(name) ||
    members.length > 1 ||
    (member !== undefined && !isIdentifier(member))
  ) {
    throw refuse(
      `${setting} does not name an export of a module.`,
      'Write "module#Export", "module#Export as Name", or "module as Name" for a default export.',
    );
  }
  return {
    setting,
    keys,
    from,
    wanted: { kind: 'import', module, name, local, ...(member !== undefined && { member }) },
    dimensions,
  };
}
