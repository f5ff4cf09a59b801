import type { Literal, PgType, Value } from '../../analysis/type.ts';
import { typeText } from '../../flow/type-text.ts';

/**
 * Texts of two values that show where they differ: `text`, `text | null`, `(text | null)[]`, `'a' | 'b' | null`,
 * `mood ('sad', 'ok')`.
 */
export function valueTexts(
  before: Value,
  after: Value,
  path: readonly string[],
): readonly [before: string, after: string] {
  const plain = (value: Value) => nullable(bare(value, path, false), value);
  const texts = [plain(before), plain(after)] as const;
  if (texts[0] !== texts[1]) return texts;
  const full = (value: Value) => nullable(bare(value, path, true), value);
  return [full(before), full(after)];
}

/** The text of one value, where there is none to compare it with. */
export function valueText(value: Value, path: readonly string[]): string {
  return nullable(bare(value, path, false), value);
}

function nullable(text: string, value: Value): string {
  return value.nullable ? `${text} | null` : text;
}

function bare(value: Value, path: readonly string[], full: boolean): string {
  const { type, literals, fields, json } = value;
  if (literals !== undefined) return literals.map(literalText).join(' | ') || 'never';
  if (full && fields !== undefined) {
    return `record (${fields.map((field) => `${field.name} ${valueText(field.value, path)}`).join(', ')})`;
  }
  if (full && json !== undefined) return `${typeText(type, path)} of another structure`;
  const text = full ? fullTypeText(type, path) : typeText(type, path);
  if (value.elementsNullable === false) return `${text} without null`;
  return text;
}

function fullTypeText(type: PgType, path: readonly string[]): string {
  const text = typeText(type, path);
  switch (type.kind) {
    case 'enum':
      return `${text} (${type.labels.map(literalText).join(', ')})`;
    case 'composite':
      return `${text} (${type.fields.map(({ name, value }) => `${name} ${valueText(value, path)}`).join(', ')})`;
    case 'domain':
      return `${text} over ${fullTypeText(type.base, path)}`;
    case 'array':
      return `${fullTypeText(type.element, path)}[]`;
    default:
      return text;
  }
}

function literalText(literal: Literal): string {
  return typeof literal === 'string' ? `'${literal.replaceAll("'", "''")}'` : String(literal);
}
