/**
 * Whether a text can be a name in TypeScript. Reserved words pass: see reservedWords. Only letters
 * that have long been in Unicode, outside of the ranges that still get new ones, are let through: which
 * of the others are letters depends on the version of Node and of TypeScript.
 */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(text) || (settled.test(text) && unicodeIdentifier.test(text));
}

const settled = /^[\w$\u00aa-\u1c7f\u1d00-\u9fea\uac00-\ud7a3]+$/;
const unicodeIdentifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The nearest name: every character that cannot be in one becomes `_`. */
export function toIdentifier(text: string): string {
  if (isIdentifier(text)) return text;
  const name = [...text].map((character) => (isIdentifier(`_${character}`) ? character : '_')).join('');
  return isIdentifier(name) ? name : `_${name}`;
}

/**
 * Names that no module can declare: ECMAScript's reserved words in strict mode and in modules
 * (ECMA-262, 12.7.2), `eval` and `arguments`, and the two globals that TypeScript guards (TS2397).
 */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval ' +
    'export extends false finally for function globalThis if implements import in instanceof interface ' +
    'let new null package private protected public return static super switch this throw true try ' +
    'typeof undefined var void while with yield'
  ).split(' '),
);

/** Names that CommonJS gives every module, so that a module compiled to it cannot declare them. */
export const moduleWords: ReadonlySet<string> = new Set(['exports', 'module', 'require']);

/**
 * Type names that generated code needs in their usual meaning, or that a reader takes for the global
 * of that name. Nothing generated or imported is called so.
 */
export const globalTypes: ReadonlySet<string> = new Set(
  (
    'Array Boolean Buffer Date Error Function Infinity JSON Json Map Math Multirange NaN Number Object ' +
    'Promise Range Readonly Record RegExp Set String Symbol Temporal Uint8Array any bigint boolean never number ' +
    'object string symbol unknown'
  ).split(' '),
);
