import type { NestedDefinition, NestedFields, NestedValue } from './nested.ts';

/** Takes an object of a nested query apart, into the values of its rows' columns; says what is wrong with it by throwing. */
export function flattened(
  { nested, columns }: NestedDefinition,
  object: unknown,
  fail: (reason: string) => Error,
): unknown[][] {
  return rowsOf({ of: nested.fields }, object, '').map((row) => columns.map((_, i) => row.get(i) ?? null));

  function rowsOf({ of }: NestedValue, value: unknown, path: string): Map<number, unknown>[] {
    if (typeof of === 'number') {
      return [new Map([[of, value]])];
    }
    if (typeof value !== 'object' || value === null) {
      throw fail(path === '' ? 'a row is not an object' : `"${path}" is not an object`);
    }
    const given = value as Readonly<Record<string, unknown>>;
    const inside = (name: string) => (path === '' ? name : `${path}.${name}`);
    const other = Object.keys(given).find((name) => !Object.hasOwn(of, name));
    if (other !== undefined) {
      throw fail(`a row has the key "${inside(other)}", which is not a column`);
    }
    let rows: Map<number, unknown>[] = [new Map()];
    for (const [name, field] of Object.entries<NestedFields[string]>(of)) {
      if (given[name] === undefined || !Object.hasOwn(given, name)) {
        throw fail(`a row has no "${inside(name)}"`);
      }
      const parts = partsOf(field, given[name], inside(name));
      rows = parts.flatMap((part) => rows.map((row) => new Map([...row, ...part])));
    }
    return rows;
  }

  function partsOf(field: number | NestedValue, value: unknown, path: string): Map<number, unknown>[] {
    if (typeof field === 'number') {
      return [new Map([[field, value]])];
    }
    const isAbsent = field.list === true ? Array.isArray(value) && value.length === 0 : value === null;
    if (isAbsent) {
      if (field.present === undefined) {
        throw fail(field.list ? `"${path}" has no element` : `"${path}" is null`);
      }
      return [new Map()];
    }
    if (field.list !== true) {
      return rowsOf(field, value, path);
    }
    if (!Array.isArray(value)) {
      throw fail(`"${path}" is not an array`);
    }
    return value.flatMap((element) => rowsOf(field, element, `${path}[]`));
  }
}
