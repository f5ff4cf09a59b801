import type { Field, PgType, Value } from '../../analysis/type.ts';
import { type Change, type ChangeDirection, worst } from '../change.ts';
import {
  type Compatibility,
  fieldFit,
  literalsFit,
  namesFit,
  parameterFit,
  pgFit,
  resultFit,
} from './compatibility.ts';
import { jsonFit } from './json-fit.ts';
import { valueTexts } from './value-text.ts';

/** What a change of a result column's value means to those who read it; null if nothing has changed. */
export function resultChange(
  name: string,
  before: Value,
  after: Value,
  path: readonly string[],
  runtime: ResultDecoder,
): Change | null {
  return change('column', name, before, after, resultFits(before, after, runtime), path);
}

/** Generated code decodes results by itself, or `pg` does it for PgTyped's. */
export type ResultDecoder = 'nodrift' | '@pgtyped/runtime';

/** What a change of what a parameter accepts means to those who pass it; null if nothing has changed. */
export function parameterChange(
  name: string,
  before: Value,
  after: Value,
  path: readonly string[],
): Change | null {
  const fits = [
    acceptFit(before.nullable, after.nullable, 'callers that pass null fail'),
    acceptFit(
      before.elementsNullable !== false,
      after.elementsNullable !== false,
      'callers that pass null inside the array fail',
    ),
    parameterFit(before.type, after.type),
    literalsFit(before.literals, after.literals, 'parameter'),
  ];
  return change('parameter', `:${name}`, before, after, fits, path);
}

function resultFits(before: Value, after: Value, runtime: ResultDecoder): readonly (Compatibility | null)[] {
  const typeFit = runtime === 'nodrift' ? resultFit : pgFit;
  return [...valueFits(before, after, typeFit), ...(runtime === 'nodrift' ? fieldFits(before, after) : [])];
}

function valueFits(
  before: Value,
  after: Value,
  typeFit: typeof resultFit,
): readonly (Compatibility | null)[] {
  return [
    nullFit(before.nullable, after.nullable, nullInRows),
    nullFit(before.elementsNullable !== false, after.elementsNullable !== false, nullInArrays),
    typeFit(before.type, after.type),
    literalsFit(before.literals, after.literals, 'result'),
    dimensionsFit(before, after),
    jsonFit(before.json, after.json),
  ];
}

const nullInRows = 'rows can hold null, which the code does not expect';
const nullInArrays = 'arrays can hold null, which the code does not expect';

/** Whether a result column breaks the code by nothing but NULL. */
export function isOnlyOfNull({ effect }: Change): boolean {
  return effect.split('; ').every((one) => one === nullInRows || one === nullInArrays);
}

function nullFit(before: boolean, after: boolean, effect: string): Compatibility | null {
  if (before === after) return null;
  return after
    ? { severity: 'breaks', direction: 'wider', effect }
    : { severity: 'compatible', direction: 'narrower', effect: 'it is never null any more' };
}

function acceptFit(before: boolean, after: boolean, effect: string): Compatibility | null {
  if (before === after) return null;
  return after
    ? { severity: 'compatible', direction: 'wider', effect: 'null is accepted too' }
    : { severity: 'breaks', direction: 'narrower', effect };
}

/** The fields of rows, also of those that an array holds, where more is known of them than their type says. */
function fieldFits(before: Value, after: Value): readonly (Compatibility | null)[] {
  if (before.fields === undefined && after.fields === undefined) return [];
  const [was, is] = [before.fields ?? declared(before.type), after.fields ?? declared(after.type)];
  const names = namesFit(was ?? [], is ?? []);
  if (names?.severity === 'breaks') return [names];
  const fields = (was ?? []).flatMap((field, i) => {
    const other = is?.[i];
    if (other === undefined) return [];
    return [...valueFits(field.value, other.value, fieldFit), ...fieldFits(field.value, other.value)];
  });
  return [names, ...fields];
}

function declared(type: PgType): readonly Field[] | undefined {
  if (type.kind === 'domain') return declared(type.base);
  if (type.kind === 'array') return declared(type.element);
  return type.kind === 'composite' ? type.fields : undefined;
}

function dimensionsFit(before: Value, after: Value): Compatibility | null {
  const [was, is] = [before.dimensions ?? [1], after.dimensions ?? [1]];
  if (String(was) === String(is)) return null;
  return is.every((n) => was.includes(n))
    ? { severity: 'compatible', direction: 'narrower', effect: 'arrays have fewer numbers of dimensions' }
    : { severity: 'breaks', direction: 'other', effect: 'arrays have another number of dimensions' };
}

function change(
  kind: 'column' | 'parameter',
  subject: string,
  before: Value,
  after: Value,
  fits: readonly (Compatibility | null)[],
  path: readonly string[],
): Change | null {
  const found = fits.filter((fit) => fit !== null);
  if (found.length === 0) return null;
  const severity = worst(found.map((fit) => fit.severity));
  const grave = found.filter((fit) => fit.severity === severity);
  const [was, is] = valueTexts(before, after, path);
  return {
    kind,
    severity,
    subject,
    before: was,
    after: is,
    direction: common(found.map((fit) => fit.direction)),
    effect: [...new Set(grave.map((fit) => fit.effect))].join('; '),
  };
}

function common(directions: readonly ChangeDirection[]): ChangeDirection {
  const [first = 'other', ...rest] = new Set(directions);
  return rest.length === 0 ? first : 'other';
}
