import type { JsonShape, Literal, PgType, Value } from '../../analysis/type.ts';
import { typeText } from '../../analysis/type-text.ts';

/**
 * Texts of two values that show where they differ: `text`, `text | null`, `'a' | 'b' | null`, `text[] without null`,
 * `mood ('sad', 'ok')`.
 */
export function valueTexts(
  before: Value,
  after: Value,
  path: readonly string[],
): readonly [before: string, after: string] {
  const texts = [valueText(before, path), valueText(after, path)] as const;
  if (texts[0] !== texts[1]) return texts;
  return [fullText(before, path), fullText(after, path)];
}

/** The text of one value, where there is none to compare it with. */
export function valueText(value: Value, path: readonly string[]): string {
  if (value.nullable && value.literals?.length === 0) return 'null';
  return nullable(value.literals ? literalTexts(value.literals) : elementsText(value, path), value);
}

/** With all that is known of it. */
function fullText(value: Value, path: readonly string[]): string {
  const { type, literals, fields, json } = value;
  const elements = value.elementsNullable === false ? ' without null' : '';
  const of = literals === undefined ? '' : ` of ${literalTexts(literals)}`;
  if (json !== undefined) return nullable(`${typeText(type, path)} ${jsonText(json)}`, value);
  if (fields === undefined) return nullable(`${fullTypeText(type, path)}${elements}${of}`, value);
  const texts = fields.map((field) => `${field.name} ${fullText(field.value, path)}`);
  return nullable(`${typeText(type, path)} (${texts.join(', ')})`, value);
}

function nullable(text: string, value: Value): string {
  return value.nullable ? `${text} | null` : text;
}

function elementsText({ type, elementsNullable, dimensions = [1] }: Value, path: readonly string[]): string {
  const text = dimensions.map((n) => typeText(type, path) + '[]'.repeat(n - 1)).join(' or ');
  return elementsNullable === false ? `${text} without null` : text;
}

function fullTypeText(type: PgType, path: readonly string[]): string {
  switch (type.kind) {
    case 'enum':
      return `${typeText(type, path)} (${type.labels.map(literalText).join(', ')})`;
    case 'composite':
      return `${typeText(type, path)} (${type.fields.map(({ name, value }) => `${name} ${fullText(value, path)}`).join(', ')})`;
    case 'domain':
      return `${typeText(type, path)} over ${fullTypeText(type.base, path)}`;
    case 'array':
      return `${fullTypeText(type.element, path)}[]`;
    case 'range':
      return `${typeText(type, path)} of ${fullTypeText(type.subtype, path)}`;
    case 'multirange':
      return `${typeText(type, path)} of ${fullTypeText(type.range.subtype, path)}`;
    default:
      return typeText(type, path);
  }
}

function jsonText(json: JsonShape): string {
  switch (json.kind) {
    case 'literal':
      return literalText(json.value);
    case 'array':
      return `[${jsonText(json.element)}]`;
    case 'record':
      return `{*: ${jsonText(json.value)}}`;
    case 'object':
      return `{${json.fields.map(({ name, value, optional }) => `${name}${optional ? '?' : ''}: ${jsonText(value)}`).join(', ')}}`;
    case 'union':
      return json.members.map(jsonText).join(' | ');
    default:
      return json.kind;
  }
}

function literalTexts(literals: readonly Literal[]): string {
  return literals.map(literalText).join(' | ') || 'never';
}

/** As SQL writes it. */
export function literalText(literal: Literal): string {
  return typeof literal === 'string' ? `'${literal.replaceAll("'", "''")}'` : String(literal);
}
