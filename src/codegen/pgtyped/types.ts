import type { ColumnReference } from '../../analysis/analysed-query.ts';
import type { PgType, Value } from '../../analysis/type.ts';
import type { Config } from '../../project/config.ts';
import { isJsonType } from '../codec-table.ts';
import { isIdentifier, reservedWords, toIdentifier } from '../identifier.ts';
import { collectImports, type Imports } from '../imports.ts';
import { stringUnion } from '../literal-type.ts';
import type { Override, Overrides, ValueDirection } from '../override.ts';
import { rebasedSpecifier } from '../paths.ts';
import { typeKey } from '../shared-names.ts';
import { printType, spaced } from '../ts-type.ts';
import { aliases, arrayResults, parameters, results } from './mapping.ts';

/** The types of one file for @pgtyped/runtime, declared in the file itself, as PgTyped does it. */
export interface FileTypes {
  /** The text of a value's type, without null. */
  readonly use: (value: Value, direction: ValueDirection, column: ColumnReference | null) => string;
  readonly imports: Imports;
  /** The declarations of all types that were used, in PgTyped's order: enums, then aliases. */
  readonly print: () => string;
}

/**
 * @param taken the names that the file declares; more are added
 * @param output the file's absolute path
 */
export function fileTypes(
  taken: Set<string>,
  output: string,
  overrides: Overrides,
  config: Config,
): FileTypes {
  const imports = collectImports(taken);
  const enums = new Map<string, string>();
  const others = new Map<string, string>();
  const names = new Map<string, string>();

  const declared = (key: string, wanted: string): string => {
    const known = names.get(key);
    if (known !== undefined) return known;
    let name = toIdentifier(wanted);
    while (taken.has(name) || reservedWords.has(name) || predefined.has(name)) name += '_';
    taken.add(name);
    names.set(key, name);
    return name;
  };
  /** Declares what a text of the mapping refers to. */
  const known = (text: string): string =>
    text.replace(/[A-Z]\w*/g, (word) => {
      const definition = Object.hasOwn(aliases, word) ? aliases[word] : undefined;
      if (definition === undefined) return word;
      const name = declared(`alias ${word}`, word);
      others.set(name, definition.replaceAll(word, name));
      return name;
    });
  const arrayOf = (element: string): string => {
    if (!isIdentifier(element)) return `(${element})[]`;
    const name = declared(`array ${element}`, `${element}Array`);
    others.set(name, `${element}[]`);
    return name;
  };
  const wantedText = ({ wanted, dimensions }: Override): string =>
    (wanted.kind === 'text'
      ? wanted.text
      : imports.type(rebasedSpecifier(wanted.module, config.root, output), wanted.name, wanted.local) +
        (wanted.member === undefined ? '' : `.${wanted.member}`)) + '[]'.repeat(dimensions);

  const typeText = (type: PgType, direction: ValueDirection, value: Value, own: Override | null): string => {
    if (type.kind === 'array') return arrayText(type.element, direction, value, own);
    // PgTyped goes by what the server describes a result as: what is below a domain.
    if (type.kind === 'domain' && direction === 'result') return typeText(type.base, direction, value, own);
    const override = own ?? overrides.ofType(type, direction);
    if (override !== null) return allowed(override, type, wantedText, overrides);
    switch (type.kind) {
      case 'domain':
        return typeText(type.base, direction, value, null);
      case 'enum': {
        const name = declared(`enum ${typeKey(type)}`, type.name);
        enums.set(
          name,
          printType(stringUnion([...type.labels].sort()), '', `export type ${name} = ;`.length),
        );
        return name;
      }
      case 'base': {
        if (direction === 'parameter') return known(lookup(parameters, type.name) ?? 'unknown');
        return known((type.schema === 'pg_catalog' ? lookup(results, type.name) : undefined) ?? 'string');
      }
      default:
        return direction === 'parameter' ? 'unknown' : 'string';
    }
  };

  const arrayText = (
    element: PgType,
    direction: ValueDirection,
    value: Value,
    own: Override | null,
  ): string => {
    // PgTyped cannot be told of a parser for arrays of its own; here the array type's name can be a key.
    const whole =
      'name' in element ? overrides.ofType({ ...element, name: `_${element.name}` }, direction) : null;
    if (whole !== null) return wantedText(whole);
    if (direction === 'parameter') return arrayOf(typeText(element, direction, value, own));
    const override = own ?? (element.kind === 'array' ? null : overrides.ofType(element, direction));
    // numrange is the one range.
    const builtIn =
      (element.kind === 'base' || element.kind === 'range') && element.schema === 'pg_catalog'
        ? lookup(arrayResults, element.name)
        : undefined;
    if (override === null && builtIn === undefined) return 'string';
    const text = override === null ? known(builtIn ?? '') : allowed(override, element, wantedText, overrides);
    // PgTyped's name is exported also where its type would lack NULL: applications import it.
    const withoutNull = arrayOf(text);
    const inner = value.elementsNullable === false ? withoutNull : `(${text} | null)[]`;
    return (value.dimensions ?? [1]).map((n) => inner + '[]'.repeat(n - 1)).join(' | ');
  };

  const ownOverride = (value: Value, column: ColumnReference | null): Override | null => {
    const configured = column === null ? null : overrides.ofColumn(column);
    // PgTyped reads no comments.
    if (configured !== null || value.commentType === undefined || config.dropIn) return configured;
    return overrides.ofComment(value.commentType, column);
  };

  return {
    imports,
    use: (value, direction, column) => typeText(value.type, direction, value, ownOverride(value, column)),
    print: () =>
      [enums, others]
        .map((declarations) =>
          [...declarations]
            .map(([name, text]) => `export type ${name} =${spaced(text)};\n`)
            .sort()
            .join('\n'),
        )
        .filter((block) => block !== '')
        .join('\n'),
  };
}

// Names that a type alias cannot have (TS2457), and those that generated text uses.
const predefined: ReadonlySet<string> = new Set(
  'any bigint boolean never number object string symbol unknown Buffer Date Record PreparedQuery ConstructorParameters'.split(
    ' ',
  ),
);

function lookup(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** `types` promises what a codec does, but here pg decodes: only JSON, which is JSON with either, can have another type. */
function allowed(
  override: Override,
  type: PgType,
  text: (o: Override) => string,
  overrides: Overrides,
): string {
  if (override.from === 'typesOverrides' || isJsonType(type)) return text(override);
  const { wanted } = override;
  const truth = type.kind === 'base' ? (lookup(results, type.name) ?? 'string') : 'string';
  if (wanted.kind === 'text' && wanted.text === truth && override.dimensions === 0) return truth;
  overrides.refuse(
    override,
    `${override.setting}: @pgtyped/runtime leaves decoding to pg, which returns ${truth}.`,
    'Use "typesOverrides" and give pg a parser for the type, or nodrift\'s own runtime.',
  );
  return truth;
}
