import { isIdentifier, moduleWords, reservedWords } from './identifier.ts';

export type Runtime = 'nodrift' | '@pgtyped/runtime';

/**
 * The name of the function that is generated for a query: its name in camelCase, with `_` behind it
 * where that is a reserved word. Null where no TypeScript name can be made of it.
 */
export function queryName(name: string, runtime: Runtime): string | null {
  const camel = camelCase(name);
  if (!isIdentifier(camel)) return null;
  // PgTyped's projects may be calling a query `module` or `exports` already, which ES modules allow.
  const taken = reservedWords.has(camel) || (runtime === 'nodrift' && moduleWords.has(camel));
  return taken ? `${camel}_` : camel;
}

/**
 * What the names of the types that are generated for a query begin with, before the word for their role:
 * `GetCar` of `GetCarParams`, or `IGetCar` for PgTyped's runtime with `hungarianNotation`. Null where no
 * TypeScript name can be made of it.
 */
export function typeStem(
  name: string,
  config: { readonly runtime: Runtime; readonly hungarianNotation: boolean },
): string | null {
  // PgTyped's generator applies pascalCase twice to what it exports (its generator.ts), and once
  // to what it refers to: they differ only where its output does not compile.
  const pascal = config.runtime === 'nodrift' ? pascalCase(name) : pascalCase(pascalCase(name));
  const prefix = config.runtime === '@pgtyped/runtime' && config.hungarianNotation ? 'I' : '';
  const stem = `${prefix}${pascal}`;
  return pascal !== '' && isIdentifier(stem) ? stem : null;
}

/**
 * `get_car` to `getCar`. Equal to the package camel-case 5, which PgTyped uses, except that it never
 * depends on the machine's locale (a Turkish one would turn `id` into `İd`).
 */
export function camelCase(text: string): string {
  return words(text)
    .map((word, index) => (index === 0 ? word.toLowerCase() : capitalised(word, true)))
    .join('');
}

/** `get_car` to `GetCar`. Equal to the package pascal-case 4; see camelCase. */
export function pascalCase(text: string): string {
  return words(text)
    .map((word, index) => capitalised(word, index > 0))
    .join('');
}

function capitalised(word: string, guardDigit: boolean): string {
  // One UTF-16 unit, as the packages do it.
  const first = word.charAt(0);
  const initial = guardDigit && first >= '0' && first <= '9' ? `_${first}` : first.toUpperCase();
  return initial + word.slice(1).toLowerCase();
}

function words(text: string): string[] {
  // The same rules, without the classes of Unicode, which are slow to look up.
  const split = /^[\0-\x7f]*$/.test(text)
    ? text
        .replace(/([a-z\d])([A-Z])/g, '$1\0$2')
        .replace(/([A-Z])([A-Z][a-z])/g, '$1\0$2')
        .replace(/[^a-zA-Z\d]+/g, '\0')
    : text
        .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1\0$2')
        .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1\0$2')
        .replace(/[^\p{L}\d]+/giu, '\0');
  return split.split('\0').filter((word) => word !== '');
}
