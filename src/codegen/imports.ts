import { compareTexts } from '../sql/compare-texts.ts';
import { globalTypes, reservedWords } from './identifier.ts';
import { stringLiteral } from './literal.ts';
import type { ImportedType } from './override.ts';
import { rebasedSpecifier } from './paths.ts';
import { lineWidth } from './ts-type.ts';

/** The imports that one generated file turns out to need while it is being made. */
export interface Imports {
  /** Returns the name by which the file can use another module's export, as a value or a type. */
  readonly value: (module: string, name: string, local?: string) => string;
  /** The same for what is used as a type only. */
  readonly type: (module: string, name: string, local?: string) => string;
  /**
   * The import declarations, sorted, each on a line; '' if there are none.
   * @param text what the file has besides; without it, all that was asked for is used in it
   */
  readonly print: (text?: string) => string;
}

interface Import {
  /** `default` for a module's default export. */
  readonly name: string;
  readonly local: string;
  isType: boolean;
}

/** The modules whose exports may be called like a global: they are meant to. */
const runtimes: ReadonlySet<string> = new Set(['nodrift-runtime', '@pgtyped/runtime']);

/** Whether an import would hide a global that generated code means; a polyfill's `Temporal` is the same as the global. */
function hidesGlobal(local: string, module: string): boolean {
  return globalTypes.has(local) && !runtimes.has(module) && local !== 'Temporal';
}

/**
 * Collects a file's imports. Each keeps its name, or gets `_` behind it where the file declares
 * something of that name or has imported something else under it.
 * @param taken the names that the file declares; those of its imports are added
 */
export function collectImports(taken: Set<string>): Imports {
  const imports = new Map<string, Map<string, Import>>();

  const add = (module: string, name: string, wanted: string, isType: boolean): string => {
    const own = imports.get(module) ?? new Map<string, Import>();
    imports.set(module, own);
    const key = name === wanted ? name : `${name} as ${wanted}`;
    const known = own.get(key);
    if (known !== undefined) {
      known.isType &&= isType;
      return known.local;
    }
    let local = wanted;
    while (taken.has(local) || reservedWords.has(local) || hidesGlobal(local, module)) local += '_';
    taken.add(local);
    own.set(key, { name, local, isType });
    return local;
  };

  return {
    value: (module, name, local = name) => add(module, name, local, false),
    type: (module, name, local = name) => add(module, name, local, true),
    print: (text) => print(imports, text),
  };
}

/**
 * Imports what the configuration names.
 * @param root the configuration's folder
 * @param path the importing file, absolute
 */
export function configuredImports(
  imports: Imports,
  root: string,
  path: string,
): (wanted: ImportedType, isType: boolean) => string {
  return ({ module, name, local }, isType) =>
    imports[isType ? 'type' : 'value'](rebasedSpecifier(module, root, path), name, local);
}

function print(imports: ReadonlyMap<string, ReadonlyMap<string, Import>>, text?: string): string {
  const words = text === undefined ? null : new Set(text.match(/[\w$\u0080-\uffff]+/g));
  return [...imports]
    .sort(([a], [b]) => Number(a.startsWith('.')) - Number(b.startsWith('.')) || compareTexts(a, b))
    .map(([module, own]) => {
      const sorted = [...own.values()]
        .filter(({ local }) => words?.has(local) ?? true)
        .map((item) => ({ item, key: sortKey(item.name) }))
        .sort((a, b) => compareTexts(a.key, b.key))
        .map(({ item }) => item);
      // `import type` cannot name a default export and others at once.
      const defaults = sorted.filter((i) => i.name === 'default').map((i) => defaultImport(i, module));
      const others = sorted.filter((i) => i.name !== 'default');
      return defaults.join('') + (others.length === 0 ? '' : namedImport(others, module));
    })
    .join('');
}

function defaultImport(item: Import, module: string): string {
  return `import ${item.isType ? 'type ' : ''}${item.local} from ${stringLiteral(module)};\n`;
}

function namedImport(imports: readonly Import[], module: string): string {
  const onlyTypes = imports.every((i) => i.isType);
  const names = imports.map(({ name, local, isType }) => {
    const type = isType && !onlyTypes ? 'type ' : '';
    return `${type}${name}${local === name ? '' : ` as ${local}`}`;
  });
  const keyword = onlyTypes ? 'import type' : 'import';
  const from = `from ${stringLiteral(module)};\n`;
  const line = `${keyword} { ${names.join(', ')} } ${from}`;
  return line.length <= lineWidth + 1
    ? line
    : `${keyword} {\n${names.map((n) => `  ${n},\n`).join('')}} ${from}`;
}

// Letter by letter, capitals before their small letters, as Biome sorts imports.
function sortKey(name: string): string {
  let key = '';
  for (const letter of name) {
    const small = letter.toLowerCase();
    key += small + (letter === small ? '1' : '0');
  }
  return key;
}
