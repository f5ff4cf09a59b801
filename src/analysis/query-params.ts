import type { Param, Slot, Statement } from '../sql/statement.ts';
import type { QueryParam, SlotValue } from './analysed-query.ts';
import type { Catalog } from './catalog/catalog.ts';
import { readColumnComment, withCommentType } from './column-comment.ts';
import { describedValue, type Facts, unknownFacts } from './facts.ts';
import type { CursorFacts } from './optional/paging.ts';
import type { ParameterFacts } from './parameters.ts';
import type { StatementOptions } from './statement-analysis.ts';

export function queryParam(
  catalog: Catalog,
  param: Param,
  { optional = [] }: Statement,
  types: readonly number[],
  slots: readonly ParameterFacts[],
  options: StatementOptions,
): QueryParam {
  const slot = (written: Slot): SlotValue => {
    const found = slots[written.index - 1];
    const nullable = acceptsNull(written, found, options);
    const facts = { ...(found?.facts ?? unknownFacts), nullable };
    return {
      name: written.name,
      index: written.index,
      value: withCommentType(
        describedValue(catalog, types[written.index - 1] ?? 0, facts),
        readColumnComment(found?.comment ?? null).type,
      ),
      optional: written.required === false || (options.lenientParameters && nullable),
      column: found?.column ?? null,
      ...(found?.cursor && { cursor: found.cursor }),
    };
  };
  const missing = optional.some(({ name }) => name === param.name) ? { canBeMissing: true as const } : {};
  if (param.kind === 'scalar' || param.kind === 'list')
    return { kind: param.kind, ...slot(param), ...missing };
  return { kind: param.kind, name: param.name, fields: param.fields.map(slot), ...missing };
}

/** What the types of `$1`, `$2`, ... let through, in order. */
export function parametersGiven(
  params: readonly Param[],
  slots: readonly ParameterFacts[],
  options: StatementOptions,
): readonly Facts[] {
  const given = slots.map(({ facts }) => withoutLiterals(facts));
  for (const param of params) {
    for (const slot of 'fields' in param ? param.fields : [param]) {
      const nullable = acceptsNull(slot, slots[slot.index - 1], options);
      given[slot.index - 1] = { ...(given[slot.index - 1] ?? unknownFacts), nullable };
    }
  }
  return given;
}

/** A parameter of `@optional` is what it may be where it is given. */
export function withGivenFacts(
  slots: readonly ParameterFacts[],
  { optional = [], params }: Statement,
  given: readonly ParameterFacts[] | null,
): readonly ParameterFacts[] {
  if (given === null) return slots;
  const names = new Set(optional.map(({ name }) => name));
  const result = [...slots];
  for (const param of params) {
    if (!names.has(param.name)) continue;
    for (const { index } of 'fields' in param ? param.fields : [param]) {
      result[index - 1] = given[index - 1] ?? result[index - 1] ?? unknownParameter;
    }
  }
  return result;
}

/** A field of the row that a page begins after is what the row has there, which is not NULL. */
export function asCursor(slot: ParameterFacts, key: CursorFacts | undefined): ParameterFacts {
  return key === undefined ? slot : { ...slot, ...key, facts: { ...slot.facts, nullable: false } };
}

/** The `$n` that represent more than one value at run time. */
export function growingSlots(params: readonly Param[]): ReadonlySet<number> {
  return new Set(
    params.flatMap((param) => {
      if (param.kind === 'list') return [param.index];
      return param.kind === 'objects' ? param.fields.map(({ index }) => index) : [];
    }),
  );
}

export const unknownParameter: ParameterFacts = {
  facts: unknownFacts,
  refusesNull: false,
  column: null,
  comment: null,
};

function withoutLiterals({ nullable, element }: Facts): Facts {
  return element === undefined ? { nullable } : { nullable, element: { nullable: element.nullable } };
}

function acceptsNull(written: Slot, found: ParameterFacts | undefined, options: StatementOptions): boolean {
  if (written.required !== null) return !written.required;
  if (options.lenientParameters) return !(found?.refusesNull ?? false);
  return found?.facts.nullable ?? true;
}
