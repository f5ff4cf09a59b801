import type { PgType } from '../analysis/type.ts';
import { flatType, isNullType, orNull, type TsType, unionOf } from '../codegen/ts-type.ts';
import type { HelperName } from './helpers.ts';
import type { NodeCheck, SchemaNode } from './schema-node.ts';

/** What PostgreSQL's types ask of values, and what names of types in a generated module mean. */
export interface TypeScope {
  /** The definition of a domain, an enum or a composite type, or of a type of the runtime, by its name. */
  readonly expand: (name: string) => TsType | null;
  /** A class of the configuration. */
  readonly isClass: (name: string) => boolean;
  readonly runtime: (name: string) => string;
  /** A function that the module has itself. */
  readonly helper: (name: HelperName) => string;
}

/**
 * The schema of a value.
 * @param ts its type in the generated modules, which the schema's is equal to
 * @param modifier `atttypmod`
 */
export function valueNode(ts: TsType, pg: PgType | null, modifier: number, scope: TypeScope): SchemaNode {
  if (ts.kind === 'union') {
    const others = ts.members.filter((one) => !isNullType(one));
    const literals = others.flatMap((one) => (one.kind === 'name' && literal.test(one.text) ? one.text : []));
    const isLiteral = literals.length === others.length && literals.length > 0;
    const nodes: readonly SchemaNode[] = isLiteral
      ? [{ kind: 'values', values: literals }]
      : others.map((one) => valueNode(one, pg, modifier, scope));
    const all = others.length < ts.members.length ? [...nodes, { kind: 'null' } as const] : nodes;
    const [only, another] = all;
    return only !== undefined && another === undefined ? only : { kind: 'anyOf', members: all };
  }
  if (pg?.kind === 'domain') return valueNode(ts, pg.base, modifier, scope);
  switch (ts.kind) {
    case 'array':
    case 'nonEmpty': {
      const element = pg?.kind === 'array' ? pg.element : pg;
      return {
        kind: 'array',
        element: valueNode(ts.element, element, modifier, scope),
        type: flatType(expandType(ts, scope)),
        readonly: ts.kind === 'nonEmpty' || ts.readonly,
        nonEmpty: ts.kind === 'nonEmpty',
      };
    }
    case 'tuple':
      return { kind: 'tuple', elements: ts.elements.map((one) => valueNode(one, null, -1, scope)) };
    case 'record':
      return { kind: 'record', value: valueNode(ts.value, null, -1, scope) };
    case 'object':
      return {
        kind: 'object',
        fields: ts.fields.map(({ name, type, optional = false }, i) => {
          const field = pg?.kind === 'composite' ? (pg.fields[i]?.value.type ?? null) : null;
          return { name, node: valueNode(type, field, -1, scope), optional: optional && 'exact' };
        }),
      };
    case 'name':
      return nameNode(ts, pg, modifier, scope);
  }
}

/** A type whose names mean something in the module. */
export function expandType(type: TsType, scope: Pick<TypeScope, 'expand'>): TsType {
  const expand = (one: TsType): TsType => expandType(one, scope);
  switch (type.kind) {
    case 'name': {
      const found = scope.expand(type.text);
      if (found !== null) return expand(found);
      return type.argument === undefined ? type : { ...type, argument: expand(type.argument) };
    }
    case 'array':
    case 'nonEmpty':
      return { ...type, element: expand(type.element) };
    case 'tuple':
      return { ...type, elements: type.elements.map(expand) };
    case 'record':
      return { ...type, value: expand(type.value) };
    case 'union':
      return unionOf(type.members.map(expand));
    case 'object':
      return { ...type, fields: type.fields.map((one) => ({ ...one, type: expand(one.type) })) };
  }
}

const literal = /^(['"].*['"]|-?[\d.]+(e[+-]?\d+)?n?|true|false)$/s;

function nameNode(
  ts: TsType & { kind: 'name' },
  pg: PgType | null,
  modifier: number,
  scope: TypeScope,
): SchemaNode {
  const { text, argument } = ts;
  if (text === 'Range' && argument !== undefined) return rangeNode(argument, pg, scope);
  if (text === 'Multirange' && argument !== undefined) {
    const range = pg?.kind === 'multirange' ? pg.range : null;
    return {
      kind: 'array',
      element: rangeNode(argument, range, scope),
      type: flatType(expandType(ts, scope)),
      readonly: false,
    };
  }
  const definition = scope.expand(text);
  if (definition !== null) return valueNode(definition, pg, modifier, scope);
  if (literal.test(text)) return { kind: 'values', values: [text] };
  const type = pg?.kind === 'base' && pg.schema === 'pg_catalog' ? pg.name : '';
  const check = (test: string, message: string): readonly NodeCheck[] => [{ name: 'value', test, message }];
  const called = (name: string, args = '') => `${scope.runtime(name)}(value${args})`;
  switch (text) {
    case 'string':
      return { kind: 'string', checks: [textCheck('value', type, modifier, scope)] };
    case 'number':
      if (type === 'int2') return { kind: 'integer', min: -32768, max: 32767 };
      if (type === 'int4') return { kind: 'integer', min: -2147483648, max: 2147483647 };
      if (type === 'int8')
        return { kind: 'integer', min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
      if (type === 'oid') return { kind: 'integer', min: 0, max: 4294967295 };
      if (type === 'float4' || type === 'float8') {
        const test = `typeof value === 'number'${type === 'float4' ? ` && ${called('isFloat4')}` : ''}`;
        return { kind: 'custom', type: 'number', checks: check(test, `must be ${type}`) };
      }
      return { kind: 'number' };
    case 'bigint':
      return { kind: 'bigint', ...(type === 'int8' && { checks: check(called('isInt8'), 'must be int8') }) };
    case 'boolean':
      return { kind: 'boolean' };
    case 'null':
      return { kind: 'null' };
    case 'never':
      return { kind: 'never' };
    case 'Date':
      return { kind: 'date', checks: check(called('isTime'), `must be ${type}`) };
    case 'Uint8Array':
      return {
        kind: 'custom',
        type: text,
        checks: check('value instanceof Uint8Array', 'must be a Uint8Array'),
      };
    default: {
      const isJson = type === 'json' || type === 'jsonb';
      const custom = (checks: readonly NodeCheck[]): SchemaNode => ({
        kind: 'custom',
        type: flatType(expandType(ts, scope)),
        checks,
      });
      if (isJson)
        return custom(check(called(type === 'json' ? 'isJsonValue' : 'isJsonb'), `must be ${type}`));
      if (text === 'Json') return custom(check(called('isJsonValue'), 'must be json'));
      if (!scope.isClass(text)) return custom([]);
      const isOne = `value instanceof ${text}`;
      if (!/^(?:varchar|bpchar|uuid|int8|numeric)$/.test(type))
        return custom(check(isOne, `must be ${text}`));
      // It is sent as its text.
      const ofText = textCheck('String(value)', type, modifier, scope);
      return custom(
        check(`${isOne} && ${ofText.test}`, ofText.message.replace('must be', `must be ${text} that fits`)),
      );
    }
  }
}

/** @param text the expression that is the text to be sent */
function textCheck(text: string, type: string, modifier: number, scope: TypeScope): NodeCheck {
  const check = (name: string, message: string, args = ''): NodeCheck => ({
    name: 'value',
    test: `${scope.runtime(name)}(${text}${args})`,
    message: `must be ${message}`,
  });
  // What `atttypmod` adds to the length (VARHDRSZ).
  const length = modifier - 4;
  if ((type === 'varchar' || type === 'bpchar') && length > 0)
    return check('isText', `${type === 'varchar' ? 'varchar' : 'char'}(${length})`, `, ${length}`);
  if (type === 'uuid') return check('isUuid', 'uuid');
  if (type === 'int8') return check('isInt8', 'int8');
  if (type !== 'numeric') return check('isText', 'text');
  if (modifier < 4) return check('isNumeric', 'numeric');
  const precision = (length >> 16) & 0xffff;
  const scale = scaleOf(length);
  return check('isNumeric', `numeric(${precision}, ${scale})`, `, ${precision}, ${scale}`);
}

/** The digits behind the point of a numeric's modifier without VARHDRSZ (numeric_typmod_scale): 11 bits with a sign. */
export function scaleOf(modifier: number): number {
  return ((modifier & 0x7ff) ^ 1024) - 1024;
}

function rangeNode(bound: TsType, pg: PgType | null, scope: TypeScope): SchemaNode {
  const subtype = pg?.kind === 'range' ? pg.subtype : null;
  const one = (name: string, type: TsType, of: PgType | null = null) => ({
    name,
    node: valueNode(type, of, -1, scope),
    optional: false,
  });
  const flag: TsType = { kind: 'name', text: 'boolean' };
  const last =
    subtype?.kind === 'base' && bound.kind === 'name'
      ? lastBounds.get(`${subtype.name} ${bound.text}`)
      : undefined;
  const isOrdered = last !== undefined || (bound.kind === 'name' && bound.text === 'Date');
  const args = last === undefined ? '' : `, undefined, ${last}`;
  return {
    kind: 'object',
    fields: [
      one('lower', orNull(bound, true), subtype),
      one('upper', orNull(bound, true), subtype),
      one('lowerInclusive', flag),
      one('upperInclusive', flag),
      one('empty', flag),
    ],
    ...(isOrdered && {
      checks: [
        {
          name: 'value',
          test: `${scope.runtime('isRange')}(value${args})`,
          message: 'must be a range, whose bounds are in order',
        },
      ],
    }),
  };
}

/** The greatest bound of a range of integers, in the type that it has in TypeScript. */
const lastBounds: ReadonlyMap<string, string> = new Map([
  ['int4 number', '2147483647'],
  ['int8 bigint', '9223372036854775807n'],
]);
