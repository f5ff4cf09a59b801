import { isParameterName, parameterNameHint } from './identifier.ts';
import type { ParameterReference } from './parameter-reference.ts';
import type { Problem } from './problem.ts';
import type { Transform } from './transform.ts';

/** What cannot be right about one parameter, whatever the schema says. */
export function conflicts(
  name: string,
  uses: readonly ParameterReference[],
  transform: Transform | null,
): Problem[] {
  return [
    misnamed(name, uses),
    markedTwice(name, uses),
    markedObject(name, uses, transform),
    slicedAndSingle(name, uses),
    misplaced(name, uses, transform),
  ].filter((problem) => problem !== null);
}

function misnamed(name: string, uses: readonly ParameterReference[]): Problem | null {
  const [first] = uses;
  if (first === undefined || isParameterName(name)) return null;
  return {
    offset: first.start,
    message: `"${name}" is not a valid parameter name.`,
    hint: parameterNameHint(name),
  };
}

function markedTwice(name: string, uses: readonly ParameterReference[]): Problem | null {
  const optional = uses.find((use) => use.mark === '?');
  if (optional === undefined || !uses.some((use) => use.mark === '!')) return null;
  return {
    offset: optional.start,
    message: `:${name} is marked both ! (never null) and ? (may be omitted).`,
    hint: 'Use one mark for all places of a parameter.',
  };
}

function markedObject(
  name: string,
  uses: readonly ParameterReference[],
  transform: Transform | null,
): Problem | null {
  const optional = uses.find((use) => use.mark === '?');
  if (optional === undefined || transform === null || transform.kind === 'list') return null;
  const fields = transform.fields.map((field) => `${field.name}?`).join(', ');
  return {
    offset: optional.start,
    message: `:${name}? is an object, which cannot be omitted.`,
    hint: `Mark its fields instead: (${fields})`,
  };
}

function slicedAndSingle(name: string, uses: readonly ParameterReference[]): Problem | null {
  const single = uses.find((use) => !use.list);
  if (single === undefined || !uses.some((use) => use.list)) return null;
  return {
    offset: single.start,
    message: `${name} is a list by sqlc.slice, but is used here as one value.`,
    hint: 'Use a parameter of another name for one value.',
  };
}

/**
 * A list where one value must be, or the other way round. Lists are checked because Postgres
 * cannot: it sees a list of one, and `ANY (($1))` or `id = ($1)` only breaks with the second element.
 */
function misplaced(
  name: string,
  uses: readonly ParameterReference[],
  transform: Transform | null,
): Problem | null {
  if (transform === null) {
    const listed = uses.find((use) => use.role === 'in' || use.role === 'values');
    if (listed === undefined) return null;
    const word = listed.role === 'in' ? 'IN' : 'VALUES';
    const single = uses.some((use) => use.role !== 'in' && use.role !== 'values');
    const described = word === 'IN' ? `@param ${name} -> (...)` : `@param ${name} -> ((column, ...)...)`;
    return {
      offset: listed.start,
      message: single
        ? `${word} :${name} needs a list, but elsewhere :${name} is one value.`
        : `${word} :${name} needs a list, but the header does not declare one.`,
      hint: single
        ? `Use two parameters, and describe the list in the header: ${described}`
        : `Add to the header: ${described}`,
    };
  }
  if (transform.kind === 'object') return null;
  const single = uses.find((use) => use.role === 'array' || use.role === 'operand');
  if (single === undefined) return null;
  return {
    offset: single.start,
    message: `:${name} is a list by its @param, but is used here as one value.`,
    hint:
      single.role === 'array'
        ? `Remove the @param line to pass one array, or write IN :${name}.`
        : `Write IN :${name}, or use a parameter of another name for one value.`,
  };
}
