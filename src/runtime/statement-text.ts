import type { ParamDefinition, QueryDefinition } from './definition.ts';
import { EmptyListError } from './errors.ts';

/** `$n` for every parameter, lists and arrays of objects with one element: for tooling and documentation. */
export function displayText(definition: QueryDefinition): string {
  return typeof definition.sql === 'string'
    ? definition.sql
    : grownText(
        definition,
        definition.sql,
        definition.params.map(() => 1),
      );
}

/**
 * The text for parameters of so many elements each; what is not a list and no array of objects counts as one.
 * Throws EmptyListError.
 */
export function grownText(
  definition: QueryDefinition,
  sql: readonly (string | number)[],
  counts: readonly number[],
): string {
  let next = 1;
  const placeholders = definition.params.map((param, i) => {
    const count = counts[i] ?? 1;
    const from = next;
    next += count * widthOf(param);
    return count === 0 ? emptyList(definition, param) : placeholdersOf(param, from, count);
  });
  let text = '';
  for (const part of sql) {
    text += typeof part === 'string' ? part : placeholders[part];
  }
  return text;
}

/** How many `$n` one element takes. */
function widthOf(param: ParamDefinition): number {
  return 'fields' in param ? param.fields.length : 'rows' in param ? param.rows.length : 1;
}

function placeholdersOf(param: ParamDefinition, from: number, count: number): string {
  if ('codec' in param) {
    return `$${from}`;
  }
  // One pair of parentheses around a list, one around each object.
  const width = 'list' in param ? count : widthOf(param);
  const end = from + count * widthOf(param);
  let text = '';
  for (let n = from; n < end; n++) {
    text += `${(n - from) % width !== 0 ? ', ' : n === from ? '(' : '), ('}$${n}`;
  }
  return `${text})`;
}

function emptyList(definition: QueryDefinition, param: ParamDefinition): string {
  if ('list' in param && param.type !== undefined) {
    // Right after both IN and NOT IN, which `(NULL)` is not; a bare NULL in a subquery would be text.
    return `(SELECT NULL::${param.type} WHERE false)`;
  }
  throw new EmptyListError(definition, param.name);
}
