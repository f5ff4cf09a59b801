import type { Literal } from '../analysis/type.ts';
import { isIdentifier } from './identifier.ts';
import { pascalCase } from './names.ts';

/** Beyond that a constant is a sentence, not a name. */
const LONGEST = 40;

/**
 * Names for the types of a query's variants: `ListPaymentsCardRow` for 'card'. Those whose constant gives no name, or the
 * name of another one, are numbered: `ListPaymentsRow2`.
 *
 * @param stem what the names of the query's types begin with
 * @param values the constants that tell the rows apart, in their order
 * @param taken the names that the file declares; these are added
 */
export function variantNames(
  stem: string,
  values: readonly Literal[],
  taken: Set<string>,
): readonly string[] {
  const wanted = values.map((value) => {
    const words = pascalCase(String(value));
    const name = `${stem}${words}Row`;
    return words === '' || words.length > LONGEST || !isIdentifier(name) || taken.has(name) ? null : name;
  });
  const once = wanted.map((name) => (wanted.indexOf(name) === wanted.lastIndexOf(name) ? name : null));
  for (const name of once) if (name !== null) taken.add(name);
  return once.map((name, i) => {
    let free = name ?? `${stem}Row${i + 1}`;
    while (name === null && taken.has(free)) free += '_';
    taken.add(free);
    return free;
  });
}
