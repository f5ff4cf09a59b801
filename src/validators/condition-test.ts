import type { PgType } from '../analysis/type.ts';
import { withoutDomains } from '../analysis/without-domains.ts';
import { isNullType, type TsType } from '../codegen/ts-type.ts';
import { type ColumnForm, type Condition, conditionColumns } from './condition.ts';
import { type ConditionScope, openTests, printCondition } from './print-condition.ts';
import type { WrittenColumn } from './table-model.ts';
import { expandType, scaleOf, type TypeScope } from './value-node.ts';

/** A column of a condition, and where its value is in JavaScript. */
export interface TestedColumn {
  readonly column: WrittenColumn;
  readonly type: TsType;
  /** The expression that is its value. */
  readonly field: string;
}

export interface ConditionTest {
  /** An expression that is false only where the condition is. */
  readonly test: string;
  /** Whether there are values that only the database knows the condition of: they pass. */
  readonly isOpen: boolean;
}

/**
 * The test of a condition; null where a column is not there, or of a type that JavaScript does not compare as PostgreSQL
 * does.
 */
export function conditionTest(
  condition: Condition,
  columns: readonly TestedColumn[],
  types: TypeScope,
): ConditionTest | null {
  const byName = new Map(columns.map((one) => [one.column.name, one]));
  for (const [name, forms] of conditionColumns(condition)) {
    const column = byName.get(name);
    if (column === undefined || ![...forms].every((form) => hasForm(column, form, types))) return null;
  }
  const textsOf = (name: string) => {
    const type = byName.get(name)?.type;
    return type === undefined ? [] : (namesOf(expandType(type, types)) ?? []);
  };
  const modifierOf = (name: string, type: string) => {
    const { value, modifier = -1 } = byName.get(name)?.column ?? {};
    return value !== undefined && baseName(value.type) === type && modifier >= 4 ? modifier - 4 : null;
  };
  const scope: ConditionScope = {
    fieldOf: (name) => byName.get(name)?.field ?? name,
    isNullable: (name) => byName.get(name)?.column.value.nullable ?? true,
    isBigint: (name) => textsOf(name).includes('bigint'),
    isText: (name) => textsOf(name).includes('string'),
    lengthOf: (name) => modifierOf(name, 'varchar'),
    scaleOf: (name) => {
      const modifier = modifierOf(name, 'numeric');
      return modifier === null ? null : scaleOf(modifier);
    },
    widened: (name, field) => {
      const texts = textsOf(name);
      if (texts.some((text) => /^['"]/.test(text))) return `String(${field})`;
      return texts.some((text) => /^-?\d+$/.test(text)) ? `Number(${field})` : field;
    },
    runtime: types.runtime,
    helper: types.helper,
  };
  const open = openTests(condition, scope);
  return { test: [...open, printCondition(condition, scope)].join(' || '), isOpen: open.length > 0 };
}

/** The types in TypeScript that a column of a form can have; null: any. */
const formTypes: Readonly<Record<ColumnForm, RegExp | null>> = {
  integer: /^(?:number|bigint|string|-?\d+)$/,
  numeric: /^string$/,
  float: /^number$/,
  float4: /^number$/,
  text: /^(?:string|['"].*['"])$/s,
  padded: /^string$/,
  boolean: /^(?:boolean|true|false)$/,
  enum: /^(?:string|['"].*['"])$/s,
  uuid: /^string$/,
  date: /^string$/,
  time: /^string$/,
  timestamp: /^string$/,
  instant: /^Date$/,
  bytes: /^Uint8Array$/,
  array: null,
  any: null,
};

function hasForm({ type, column }: TestedColumn, form: ColumnForm, types: TypeScope): boolean {
  if (form === 'any') return true;
  const names = namesOf(expandType(type, types));
  if (form === 'array') {
    const members = type.kind === 'union' ? type.members : [type];
    return members.every((one) => (one.kind === 'array' ? one.element.kind !== 'array' : isNullType(one)));
  }
  // Rounded to fewer digits than it is written with.
  const isRounded =
    /^(?:time|timestamp|instant)$/.test(form) &&
    column.modifier >= 0 &&
    column.modifier < (form === 'instant' ? 3 : 6);
  return names?.every((text) => formTypes[form]?.test(text)) === true && !isRounded;
}

/** The names that a type is a union of, besides null; null where it is another thing. */
function namesOf(type: TsType): readonly string[] | null {
  const members = (type.kind === 'union' ? type.members : [type]).filter((one) => !isNullType(one));
  const texts = members.flatMap((one) => (one.kind === 'name' && one.argument === undefined ? one.text : []));
  return texts.length < members.length ? null : texts;
}

function baseName(type: PgType): string | null {
  const base = withoutDomains(type);
  return base.kind === 'base' ? base.name : null;
}
