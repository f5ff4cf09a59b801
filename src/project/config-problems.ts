import { createRequire } from 'node:module';
import { basename } from 'node:path';
import type * as Jsonc from 'jsonc-parser';
import type * as v from 'valibot';
import { type Diagnostic, diagnostic, diagnosticAt } from '../diagnostic.ts';
import { suggest } from '../sql/identifiers.ts';
import { ConfigSchema } from './config-schema.ts';

/** Most configurations are in order, and `check` has no time to load what is for the others. */
const loadJsonc = (): typeof Jsonc => createRequire(import.meta.url)('jsonc-parser');

/** Whether a configuration is a module, which exports it. */
export function isConfigModule(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path);
}

/** Says each place where JSON is malformed. */
export function malformedJson(path: string, text: string, errors: readonly Jsonc.ParseError[]): Diagnostic[] {
  const jsonc = loadJsonc();
  const places = new Map(errors.toReversed().map(({ offset, error }) => [offset, error]));
  return [...places].reverse().map(([offset, error]) => {
    // CommaExpected -> comma expected
    const reason = jsonc
      .printParseErrorCode(error)
      .replace(/\B[A-Z]/g, ' $&')
      .toLowerCase();
    return diagnosticAt(basename(path), text, offset, {
      code: 'ND1005',
      message: `The configuration is not valid JSON: ${reason}.`,
    });
  });
}

/** A diagnostic at a key of the configuration, or at the innermost part of the path that exists. */
export function problemAt(
  path: string,
  text: string,
  keys: readonly (string | number)[],
  code: Diagnostic['code'],
  message: string,
  hint: string | null = null,
): Diagnostic {
  // The text of a module is not what its author wrote.
  if (isConfigModule(path)) return diagnostic({ file: basename(path), code, message, hint });
  const jsonc = loadJsonc();
  const root = jsonc.parseTree(text, [], { allowTrailingComma: true });
  let node: Jsonc.Node | undefined;
  for (let length = keys.length; root && !node; length--) {
    node = jsonc.findNodeAtLocation(root, keys.slice(0, length));
  }
  // The property begins at its name.
  const offset = node?.parent?.type === 'property' ? node.parent.offset : (node?.offset ?? 0);
  return diagnosticAt(basename(path), text, offset, { code, message, hint });
}

/**
 * Whether an unknown key is one that PgTyped would not read either, which it ignores. What looks like a misspelt one is none, nor is
 * what is below `nodrift`.
 */
export function isIgnoredByPgTyped(issue: v.BaseIssue<unknown>): boolean {
  const keys = issueKeys(issue);
  return keys[0] !== 'nodrift' && suggest(keys.at(-1) ?? '', knownKeys(keys.slice(0, -1))) === null;
}

/** What to do about keys that look as if PgTyped read them, by where they are. */
const insteadOfIgnored: Readonly<Record<string, string>> = {
  'db.schema':
    'Names without a schema are looked up on the search path of the role: ALTER ROLE … SET search_path.',
  'db.database': 'The name of the database is "dbName".',
  'db.dbUrl': 'Write "dbUrl" beside "db", not in it.',
  'transforms.emit': 'The path of a module is "emitTemplate".',
};

/** The warning about a key that neither PgTyped nor nodrift reads. */
export function ignoredKey(path: string, text: string, issue: v.BaseIssue<unknown>): Diagnostic {
  const keys = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const hint = insteadOfIgnored[keys.filter((key) => typeof key === 'string').join('.')] ?? null;
  return problemAt(path, text, keys, 'ND1007', `${printKeys(keys)} is ignored, as PgTyped ignores it.`, hint);
}

/** The keys that lead to what an issue is about. */
export function issueKeys({ path }: v.BaseIssue<unknown>): readonly string[] {
  return (path ?? []).map(({ key }) => String(key));
}

/** Turns what valibot found wrong into diagnostics at the keys' places. */
export function schemaProblems(
  path: string,
  text: string,
  issues: readonly v.BaseIssue<unknown>[],
): Diagnostic[] {
  const located = issues.flatMap((issue) => innermost(issue, []));
  const unknown = located.filter(({ issue }) => isUnknownKey(issue));
  return located
    .filter((one) => !unknown.some((other) => isMeantBy(one, other)))
    .map(({ issue, keys }) => {
      const { code, message, hint } = explain(issue, keys);
      return problemAt(path, text, keys, code, message, hint);
    });
}

/** Whether an issue is about a key that no configuration has. */
export function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

/** Whether a key is missing because it was misspelt: the unknown one says so. */
function isMeantBy(missing: Located, unknown: Located): boolean {
  const folder = (keys: Located['keys']) => JSON.stringify(keys.slice(0, -1));
  return (
    missing.issue.input === undefined &&
    folder(missing.keys) === folder(unknown.keys) &&
    suggest(String(unknown.keys.at(-1)), [String(missing.keys.at(-1))]) !== null
  );
}

interface Located {
  readonly issue: v.BaseIssue<unknown>;
  readonly keys: readonly (string | number)[];
}

/** Of a union that was not met: what is wrong inside, where one of its options is of the right kind. */
function innermost(issue: v.BaseIssue<unknown>, outer: readonly (string | number)[]): Located[] {
  const keys = [
    ...outer,
    ...(issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key))),
  ];
  const inner = issue.issues?.filter((other) => other.path !== undefined) ?? [];
  return inner.length === 0 ? [{ issue, keys }] : inner.flatMap((other) => innermost(other, keys));
}

function explain(
  issue: v.BaseIssue<unknown>,
  keys: readonly (string | number)[],
): Pick<Diagnostic, 'code' | 'message' | 'hint'> {
  const key = printKeys(keys) || 'The configuration';
  if (isUnknownKey(issue)) {
    const known = knownKeys(keys.slice(0, -1));
    const suggestion = suggest(String(keys.at(-1)), known);
    return {
      code: 'ND1007',
      message: `Unknown key ${key}.`,
      hint: suggestion ? `Did you mean "${suggestion}"?` : `Known here: ${known.join(', ')}.`,
    };
  }
  if (issue.input === undefined || issue.received === 'undefined') {
    return { code: 'ND1008', message: `The key ${key} is missing.`, hint: null };
  }
  if (issue.kind === 'validation')
    return { code: 'ND1009', message: `${key}: ${issue.message}.`, hint: null };
  const options = [...(issue.expected ?? '').matchAll(/"([^"]+)"/g)].map((match) => String(match[1]));
  const suggestion = typeof issue.input === 'string' ? suggest(issue.input, options) : null;
  return {
    code: 'ND1009',
    message: `${key} must be ${expected(issue)}, not ${describe(issue.input)}.`,
    hint: suggestion ? `Did you mean "${suggestion}"?` : null,
  };
}

/** `("a" | "b") | Object` -> `"a", "b" or an object` */
function expected(issue: v.BaseIssue<unknown>): string {
  const kinds: Readonly<Record<string, string>> = {
    Object: 'an object',
    Array: 'an array',
    string: 'a string',
    number: 'a number',
    boolean: 'true or false',
  };
  const options = (issue.expected ?? 'different').replaceAll(/[()]/g, '').split(' | ');
  const words = options.map((option) => kinds[option] ?? option);
  const last = words.pop();
  return words.length === 0 ? String(last) : `${words.join(', ')} or ${last}`;
}

function describe(input: unknown): string {
  if (Array.isArray(input)) return 'an array';
  return isObject(input) ? 'an object' : JSON.stringify(input);
}

function isObject(input: unknown): input is object {
  return typeof input === 'object' && input !== null;
}

/** `transforms[0].mode` */
function printKeys(keys: readonly (string | number)[]): string {
  return keys
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** The keys that an object of the configuration may have, by its path. */
function knownKeys(keys: readonly (string | number)[]): string[] {
  let schemas: object[] = [ConfigSchema];
  for (const key of keys) schemas = schemas.flatMap((schema) => children(schema, key));
  return schemas
    .flatMap(unwrap)
    .flatMap((schema) => ('entries' in schema ? Object.keys(schema.entries as object) : []));
}

function children(schema: object, key: string | number): object[] {
  return unwrap(schema).flatMap((inner) => {
    if ('entries' in inner && isObject(inner.entries)) {
      const entry = (inner.entries as Record<string, object>)[key];
      return entry ? [entry] : [];
    }
    if ('item' in inner && isObject(inner.item)) return [inner.item];
    return 'value' in inner && isObject(inner.value) ? [inner.value] : [];
  });
}

/** Takes off `optional`, `pipe` and `union`. */
function unwrap(schema: object): object[] {
  if ('wrapped' in schema && isObject(schema.wrapped)) return unwrap(schema.wrapped);
  if ('options' in schema && Array.isArray(schema.options))
    return schema.options.filter(isObject).flatMap(unwrap);
  return [schema];
}
