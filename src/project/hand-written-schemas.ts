import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import type * as Jiti from 'jiti';
import { diagnostic, Failure } from '../diagnostic.ts';

/** A schema that a module of the project exports. */
export interface HandWrittenSchema {
  readonly name: string;
  /**
   * It as JSON Schema, with the types `bigint` and `date` besides, and `refined` where it has checks of its own.
   * @param side what it is given, or what it returns
   * @throws Failure (2) where its library is not installed, or cannot say it
   */
  describe(side: SchemaSide): unknown;
}

export type SchemaSide = 'input' | 'output';

/**
 * Runs a module of the project, and returns the Standard Schemas that it exports, by name.
 * @param path an absolute path
 * @throws Failure (2) where it is missing, or fails
 */
export async function loadSchemas(path: string, root: string): Promise<readonly HandWrittenSchema[]> {
  const file = relative(root, path).replaceAll('\\', '/');
  if (!existsSync(path)) {
    const hint = 'Name the module that exports the schemas: nodrift schema --compare src/schemas.ts';
    throw new Failure(2, [diagnostic({ code: 'ND7010', message: `There is no file ${file}.`, hint })]);
  }
  const { createJiti }: typeof Jiti = createRequire(import.meta.url)('jiti');
  let loaded: unknown;
  try {
    const jiti = createJiti(path, { moduleCache: false, fsCache: false, interopDefault: false });
    loaded = await jiti.import(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // What follows is where modules were looked for.
    const [first = reason] = reason.split('\n');
    throw new Failure(2, [diagnostic({ file, code: 'ND7010', message: `The file cannot be run: ${first}` })]);
  }
  return Object.entries(Object(loaded))
    .flatMap(([name, value]) => {
      const standard = standardOf(value);
      if (standard === null) return [];
      const describe = (side: SchemaSide) => described(value, standard, side, { name, file, path });
      return { name, describe };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Standard {
  readonly vendor: string;
  readonly jsonSchema?: Readonly<Record<SchemaSide, (options: { readonly target: string }) => unknown>>;
}

function standardOf(value: unknown): Standard | null {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null;
  const standard: unknown = (value as Readonly<Record<string, unknown>>)['~standard'];
  return typeof standard === 'object' && standard !== null && 'vendor' in standard
    ? (standard as Standard)
    : null;
}

interface Exported {
  readonly name: string;
  readonly file: string;
  readonly path: string;
}

function described(
  schema: unknown,
  { vendor, jsonSchema }: Standard,
  side: SchemaSide,
  where: Exported,
): unknown {
  const failure = (message: string, hint: string | null = null) =>
    new Failure(2, [
      diagnostic({ file: where.file, code: 'ND7011', message: `${where.name}: ${message}`, hint }),
    ]);
  try {
    if (vendor === 'zod' && '_zod' in Object(schema)) {
      const toJsonSchema = required<ZodToJsonSchema>(where.path, ['zod', 'zod/v4'], 'toJSONSchema');
      if (toJsonSchema === null)
        throw failure('zod, which it is made with, is not installed.', 'npm install zod');
      return toJsonSchema(schema, { io: side, unrepresentable: 'any', override: overrideZod });
    }
    if (vendor === 'valibot') {
      const name = '@valibot/to-json-schema';
      const toJsonSchema = required<ValibotToJsonSchema>(where.path, [name], 'toJsonSchema');
      if (toJsonSchema === null)
        throw failure(
          `${name}, which says what schemas of Valibot are, is not installed.`,
          `npm install -D ${name}`,
        );
      return toJsonSchema(schema, {
        typeMode: side,
        errorMode: 'ignore',
        overrideSchema: overrideValibot,
        overrideAction: overrideValibotAction,
      });
    }
    if (jsonSchema !== undefined) return jsonSchema[side]({ target: 'draft-2020-12' });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw failure(`its library gives no JSON Schema: ${error instanceof Error ? error.message : error}`);
  }
  const isOldZod = vendor === 'zod';
  throw failure(
    isOldZod ? 'it is made with Zod 3.' : `its library "${vendor}" gives no JSON Schema.`,
    isOldZod
      ? 'Zod 4 is needed.'
      : 'Known are schemas of Zod 4, of Valibot 1, and those with ~standard.jsonSchema (Standard JSON Schema).',
  );
}

type ZodToJsonSchema = (schema: unknown, options: object) => unknown;
type ValibotToJsonSchema = (schema: unknown, options: object) => unknown;

/** A function of a library of the project; null where it is not installed, or does not have it. */
function required<T>(from: string, modules: readonly string[], name: string): T | null {
  const require = createRequire(from);
  for (const id of modules) {
    try {
      const found: unknown = Object(require(id))[name];
      if (typeof found === 'function') return found as T;
    } catch {
      // Not installed.
    }
  }
  return null;
}

/** The types of JavaScript that JSON has no values of. */
function isOwnType(type: string): type is 'bigint' | 'date' {
  return type === 'bigint' || type === 'date';
}

function overrideZod({ zodSchema, jsonSchema }: ZodOverride): void {
  const { type, values, checks = [] } = zodSchema._zod.def;
  const isBigints = type === 'literal' && values?.every((value) => typeof value === 'bigint') === true;
  if (isOwnType(type) || isBigints) {
    for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
    jsonSchema.type = isBigints ? 'bigint' : type;
  }
  if (checks.some(({ _zod }) => _zod?.def?.check === 'custom')) jsonSchema.refined = true;
}

interface ZodOverride {
  readonly zodSchema: {
    readonly _zod: {
      readonly def: {
        readonly type: string;
        readonly values?: readonly unknown[];
        readonly checks?: readonly { readonly _zod?: { readonly def?: { readonly check?: string } } }[];
      };
    };
  };
  readonly jsonSchema: Record<string, unknown>;
}

function overrideValibot({ valibotSchema: { type }, errors }: ValibotOverride): object | undefined {
  if (isOwnType(type)) return { type };
  return errors === undefined ? undefined : {};
}

interface ValibotOverride {
  readonly valibotSchema: { readonly type: string };
  readonly errors?: readonly string[];
}

/** An action that JSON Schema has no word for: a check, or what makes another value of it. */
function overrideValibotAction({ valibotAction, jsonSchema, errors }: ValibotAction): object | undefined {
  if (errors === undefined) return undefined;
  return /^(?:raw_)?transform$|^to_(?!lower_case|upper_case)|_json$|_items?$/.test(valibotAction.type)
    ? {}
    : { ...jsonSchema, refined: true };
}

interface ValibotAction {
  readonly valibotAction: { readonly type: string };
  readonly jsonSchema: object;
  readonly errors?: readonly string[];
}
