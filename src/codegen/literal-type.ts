import type { Literal } from '../analysis/type.ts';
import { type TypeWord, typeInfo } from '../built-in-types.ts';
import { stringLiteral } from './literal.ts';
import { named, type TsType, unionOf } from './ts-type.ts';

/**
 * The union of constants that values of a base type are known to be.
 * @param type the Postgres type
 * @param word the TypeScript type that its codec yields
 * @returns null where the codec's values could differ from the constants
 */
export function literalType(
  type: { readonly schema: string; readonly name: string },
  word: TypeWord,
  literals: readonly Literal[],
): TsType | null {
  if (type.schema !== 'pg_catalog' || typeInfo(type.name)?.spelledOnce !== true) return null;
  const members = literals.map((literal) => literalText(literal, word));
  return members.every((m) => m !== null) ? unionOf(members.map((m) => named(m))) : null;
}

/** A union of strings, such as an enum's labels. */
export function stringUnion(labels: readonly string[]): TsType {
  return unionOf(labels.map((label) => named(stringLiteral(label))));
}

function literalText(literal: Literal, word: TypeWord): string | null {
  switch (word) {
    case 'string':
      return typeof literal === 'string' ? stringLiteral(literal) : null;
    case 'boolean':
      return typeof literal === 'boolean' ? String(literal) : null;
    case 'number':
      return typeof literal === 'number' && Number.isFinite(literal) ? String(literal) : null;
    case 'bigint': {
      const text = String(literal);
      return typeof literal !== 'boolean' && /^-?\d+$/.test(text) ? `${BigInt(text)}n` : null;
    }
    default:
      return null;
  }
}
