import type { AnalysedQuery, Column, QueryParam, SlotValue } from '../../../src/analysis/analysed-query.ts';
import type {
  CompositeType,
  DomainType,
  EnumType,
  PgType,
  RangeType,
  Value,
} from '../../../src/analysis/type.ts';
import type { Config } from '../../../src/project/config.ts';
import type { Command, Param, Slot, Statement } from '../../../src/sql/statement.ts';

export function config(known: Partial<Config> = {}): Config {
  return {
    text: '{}',
    path: '/app/pgtyped.config.json',
    root: '/app',
    srcDir: '/app/queries',
    transforms: [],
    camelCaseColumnNames: false,
    hungarianNotation: true,
    nonEmptyArrayParams: false,
    failOnError: true,
    typesOverrides: {},
    database: { kind: 'embedded' },
    source: { kind: 'none' },
    searchPath: null,
    extensions: [],
    types: {},
    runtime: 'nodrift',
    sharedTypes: '/app/queries/types.ts',
    dropIn: false,
    ...known,
  };
}

export function base(name: string, schema = 'pg_catalog'): PgType {
  return { kind: 'base', schema, name };
}

export function enumType(name: string, labels: readonly string[], schema = 'public'): EnumType {
  return { kind: 'enum', schema, name, labels };
}

export function domain(
  name: string,
  of: PgType,
  literals: DomainType['literals'] = null,
  schema = 'public',
): DomainType {
  return { kind: 'domain', schema, name, base: of, notNull: false, literals };
}

export function composite(
  name: string,
  fields: Readonly<Record<string, PgType | Value>> | readonly (readonly [string, PgType | Value])[],
  schema = 'public',
): CompositeType {
  const entries = Array.isArray(fields) ? fields : Object.entries(fields);
  return {
    kind: 'composite',
    schema,
    name,
    fields: entries.map(([field, type]: readonly [string, PgType | Value]) => ({
      name: field,
      value: value(type, true),
    })),
  };
}

export function array(element: PgType): PgType {
  return { kind: 'array', element };
}

export function range(name: string, subtype: PgType): RangeType {
  return { kind: 'range', schema: 'pg_catalog', name, subtype };
}

export function multirange(name: string, of: RangeType): PgType {
  return { kind: 'multirange', schema: 'pg_catalog', name, range: of };
}

export function value(type: PgType | Value, nullable = false): Value {
  return 'type' in type ? type : { type, nullable };
}

export function column(name: string, type: PgType | Value, more: Partial<Column> = {}): Column {
  return {
    name,
    value: value(type),
    source: null,
    comment: null,
    described: { name, type: 0 },
    ...more,
  };
}

/** How a parameter of a test query must be: the name in the SQL text, with `!` or `?` behind it, leads to it. */
export type ParamSpec =
  | PgType
  | Value
  | { readonly list: PgType | Value }
  | { readonly object: Readonly<Record<string, PgType | Value>> }
  | { readonly objects: Readonly<Record<string, PgType | Value>> };

export interface QuerySpec {
  readonly name: string;
  readonly sql: string;
  readonly command?: Command;
  readonly documentation?: string;
  readonly params?: Readonly<Record<string, ParamSpec>>;
  readonly columns?: readonly Column[];
  readonly file?: string;
  readonly line?: number;
  readonly violations?: AnalysedQuery['violations'];
  readonly variants?: AnalysedQuery['variants'];
}

/** A query as the analysis would give it; `sql` has its parameters as `:x`, `:x!` or `:x?`, and no casts. */
export function query(spec: QuerySpec): AnalysedQuery {
  const { parts, params } = readParams(spec);
  let next = 1;
  const slots = params.map(({ name, spec: of, mark }): { param: Param; queryParam: QueryParam } => {
    const slot = (slotName: string, type: PgType | Value, required: boolean | null): [Slot, SlotValue] => {
      const slotValue = value(type, required === false);
      const index = next++;
      return [
        { name: slotName, index, required },
        { name: slotName, index, value: slotValue, optional: required === false, column: null },
      ];
    };
    if ('list' in of) {
      const [s, v] = slot(name, of.list, mark);
      return { param: { kind: 'list', ...s }, queryParam: { kind: 'list', ...v } };
    }
    if ('object' in of || 'objects' in of) {
      const kind = 'object' in of ? 'object' : 'objects';
      const fields = Object.entries('object' in of ? of.object : of.objects).map(([field, type]) =>
        slot(field.replace(/[!?]$/, ''), type, markOf(field.slice(-1))),
      );
      return {
        param: { kind, name, fields: fields.map(([s]) => s) },
        queryParam: { kind, name, fields: fields.map(([, v]) => v) },
      };
    }
    const [s, v] = slot(name, of, mark);
    return { param: { kind: 'scalar', ...s }, queryParam: { kind: 'scalar', ...v } };
  });
  const statement: Statement = {
    name: spec.name,
    file: spec.file ?? 'queries/test.sql',
    offset: 0,
    line: spec.line ?? 1,
    column: 10,
    command: spec.command ?? null,
    documentation: spec.documentation ?? '',
    body: spec.sql,
    sql: parts.map((part) => (typeof part === 'string' ? part : placeholder(slots[part]?.param))).join(''),
    copied: [],
    params: slots.map((s) => s.param),
    parts,
  };
  return {
    statement,
    command: spec.command ?? (spec.columns?.length ? 'many' : 'exec'),
    kind: 'SELECT',
    rows: { min: 0, max: null },
    params: slots.map((s) => s.queryParam),
    columns: spec.columns ?? [],
    ...(spec.variants && { variants: spec.variants }),
    reads: [],
    writes: [],
    readOnly: spec.sql.startsWith('SELECT'),
    violations: spec.violations ?? { constraints: [], open: false },
  };
}

function readParams(spec: QuerySpec) {
  const parts: (string | number)[] = [];
  const params: { name: string; spec: ParamSpec; mark: boolean | null }[] = [];
  let end = 0;
  for (const match of spec.sql.matchAll(/:([a-z_]\w*)([!?]?)/gi)) {
    const [whole, name = '', mark = ''] = match;
    const of = Object.hasOwn(spec.params ?? {}, name) ? spec.params?.[name] : undefined;
    if (of === undefined) continue;
    parts.push(spec.sql.slice(end, match.index));
    end = match.index + whole.length;
    let index = params.findIndex((p) => p.name === name);
    if (index === -1) index = params.push({ name, spec: of, mark: markOf(mark) }) - 1;
    parts.push(index);
  }
  parts.push(spec.sql.slice(end));
  return { parts, params };
}

function markOf(mark: string): boolean | null {
  return mark === '!' ? true : mark === '?' ? false : null;
}

function placeholder(param: Param | undefined): string {
  if (param === undefined) return '';
  if ('fields' in param) return `(${param.fields.map((f) => `$${f.index}`).join(', ')})`;
  return param.kind === 'list' ? `($${param.index})` : `$${param.index}`;
}
