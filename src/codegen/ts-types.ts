import type { AnalysedQuery, ColumnReference, SlotValue } from '../analysis/analysed-query.ts';
import type { Value } from '../analysis/type.ts';
import type { Config } from '../project/config.ts';
import type { Param, Slot } from '../sql/statement.ts';
import { overridesOf, type ValueDirection } from './override.ts';
import { fileTypes } from './pgtyped/types.ts';
import { type ModuleScope, shapeOf } from './shape.ts';
import { sharedNames } from './shared-names.ts';
import { flatType, named, orNull } from './ts-type.ts';

/** The TypeScript type of a value as text on one line, `| null` included. */
export type TsTypeOf = (value: Value, direction: ValueDirection, column?: ColumnReference | null) => string;

/**
 * What printModules would call the types of values, without printing anything: for `nodrift inspect`.
 * @param queries all queries of the project: how their types are called depends on all of them
 * @throws Failure (exit code 2), by the returned function, where the configuration asks for a type that
 *   cannot be had honestly
 */
export function tsTypes(config: Config, queries: readonly AnalysedQuery[]): TsTypeOf {
  const overrides = overridesOf(config);
  if (config.runtime === '@pgtyped/runtime') {
    const types = fileTypes(new Set(), config.path, overrides, config);
    return (value, direction, column = null) =>
      flatType(orNull(named(types.use(value, direction, column)), value.nullable));
  }
  const names = sharedNames(queries, config);
  const scope: ModuleScope = {
    config,
    overrides,
    runtime: (name) => name,
    runtimeType: (name) => name,
    configured: ({ local }) => local,
    sharedType: names.ofType,
    sharedCodec: names.ofType,
    sharedJson: (column) => names.ofJson(column)?.name ?? null,
  };
  return (value, direction, column = null) =>
    flatType(orNull(shapeOf(value, direction, column, scope).type, value.nullable));
}

/** What a generated function asks of its caller. */
export interface Argument {
  readonly tsType: string;
  /** Whether the key may be omitted. */
  readonly optional: boolean;
}

/**
 * What a parameter, or a field of one, is in a generated module.
 * @param written the same in the statement, where the author may have marked it
 * @param kind of the parameter that it is, or is in
 */
export function argumentOf(
  slot: SlotValue,
  written: Slot | undefined,
  kind: Param['kind'],
  tsType: TsTypeOf,
  config: Config,
): Argument {
  if (config.runtime === 'nodrift') {
    return { tsType: tsType(slot.value, 'parameter', slot.column), optional: slot.optional };
  }
  // As in pgtyped/module.ts: PgTyped goes by the mark alone.
  const text = tsType({ ...slot.value, nullable: false }, 'parameter', slot.column);
  if (written?.required === true) return { tsType: text, optional: false };
  return { tsType: `${text} | null | void`, optional: kind === 'scalar' };
}
