import type { JsonShape } from '../../analysis/type.ts';
import { bySeverity, type Severity, worst } from '../change.ts';
import type { Compatibility } from './compatibility.ts';

/** What it means to code that reads JSON of one structure that it is of another; null where nothing does. */
export function jsonFit(was: JsonShape | undefined, is: JsonShape | undefined): Compatibility | null {
  if (was === undefined) return null;
  const forth = jsonSeverity(is ?? { kind: 'unknown' }, was);
  const back = is !== undefined && jsonFits(was, is);
  if (forth === 'compatible')
    return back
      ? null
      : { severity: forth, direction: 'narrower', effect: 'the JSON is of a narrower structure' };
  const effect =
    forth === 'breaks'
      ? 'the JSON does not have the structure that the code expects'
      : 'the JSON can hold values that the code does not know';
  return { severity: forth, direction: back ? 'wider' : 'other', effect };
}

/** Whether all that `value` can be is allowed by `expected`. */
export function jsonFits(value: JsonShape, expected: JsonShape): boolean {
  return jsonSeverity(value, expected) === 'compatible';
}

/** As of columns: null, and values of other types, break the code; more values of the same type may. */
function jsonSeverity(value: JsonShape, expected: JsonShape): Severity {
  if (expected.kind === 'unknown') return 'compatible';
  if (value.kind === 'union') return worst(value.members.map((member) => jsonSeverity(member, expected)));
  if (expected.kind === 'union') {
    const all = expected.members.map((member) => jsonSeverity(value, member));
    return all.toSorted(bySeverity).at(-1) ?? 'breaks';
  }
  switch (value.kind) {
    case 'literal':
      if (expected.kind === 'literal') {
        if (expected.value === value.value) return 'compatible';
        return typeof expected.value === typeof value.value ? 'may break' : 'breaks';
      }
      if (expected.kind === typeof value.value) return 'compatible';
      return expected.kind === 'number' && specialNumbers.includes(value.value) ? 'may break' : 'breaks';
    case 'array':
      return expected.kind === 'array' ? jsonSeverity(value.element, expected.element) : 'breaks';
    case 'record':
      return expected.kind === 'record' ? jsonSeverity(value.value, expected.value) : 'breaks';
    case 'object':
      return expected.kind === 'object' ? objectSeverity(value, expected) : 'breaks';
    case 'unknown':
      return 'breaks';
    default:
      if (expected.kind === 'literal' && typeof expected.value === value.kind) return 'may break';
      return expected.kind === value.kind ? 'compatible' : 'breaks';
  }
}

/** How JSON spells numbers that it has none for, as strings. */
const specialNumbers: readonly unknown[] = ['NaN', 'Infinity', '-Infinity'];

type JsonObject = Extract<JsonShape, { kind: 'object' }>;

/** More fields than expected do no harm. */
function objectSeverity(value: JsonObject, expected: JsonObject): Severity {
  return worst(
    expected.fields.map((field) => {
      const found = value.fields.find(({ name }) => name === field.name);
      if (found === undefined) return field.optional === true ? 'compatible' : 'breaks';
      if (field.optional !== true && found.optional === true) return 'breaks';
      return jsonSeverity(found.value, field.value);
    }),
  );
}
