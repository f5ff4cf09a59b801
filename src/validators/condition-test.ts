import type { TsType } from '../codegen/ts-type.ts';
import { type Condition, conditionColumns } from './condition.ts';
import { printCondition } from './print-condition.ts';
import type { WrittenColumn } from './table-model.ts';
import type { TypeScope } from './value-node.ts';

/** A column of a condition, and where its value is in JavaScript. */
export interface TestedColumn {
  readonly column: WrittenColumn;
  readonly type: TsType;
  /** The expression that is its value. */
  readonly field: string;
}

/**
 * An expression that is false exactly where a condition is; null where a column is not there, or of a type that JavaScript does
 * not compare as PostgreSQL does.
 */
export function conditionTest(
  condition: Condition,
  columns: readonly TestedColumn[],
  types: TypeScope,
): string | null {
  const of = (name: string) => columns.find(({ column }) => column.name === name);
  const used = conditionColumns(condition).map(of);
  if (!used.every((one) => one !== undefined && isComparable(one.type))) return null;
  return printCondition(condition, {
    fieldOf: (column) => of(column)?.field ?? column,
    isNullable: (column) => of(column)?.column.value.nullable ?? true,
    isBigint: (column) => JSON.stringify(of(column)?.type).includes('"bigint"'),
    lengthOf: (column) => {
      const { value, modifier = -1 } = of(column)?.column ?? {};
      let type = value?.type;
      while (type?.kind === 'domain') type = type.base;
      return type?.kind === 'base' && type.name === 'varchar' && modifier > 4 ? modifier - 4 : null;
    },
    widened: (column, field) => {
      const text = JSON.stringify(of(column)?.type);
      if (/"text":"(?:'|\\")/.test(text)) return `String(${field})`;
      return /"text":"-?\d+"/.test(text) ? `Number(${field})` : field;
    },
    runtime: types.runtime,
  });
}

function isComparable(type: TsType): boolean {
  const members = type.kind === 'union' ? type.members : [type];
  const texts = members.flatMap((one) => (one.kind === 'name' ? one.text : []));
  if (texts.length < members.length) return false;
  const comparable = /^(?:null|string|number|bigint|boolean|true|false|['"].*['"]|-?\d+n?)$/s;
  return (
    texts.every((text) => comparable.test(text)) && !(texts.includes('bigint') && texts.includes('string'))
  );
}
