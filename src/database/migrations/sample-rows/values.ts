import { escapeLiteral } from 'pg';
import { typeInfo, type ValueKind } from '../../../built-in-types.ts';

/** What is known of a type. */
export interface SampleType {
  /** As SQL writes it, with its modifier: `numeric(12,2)`. */
  readonly written: string;
  /** `pg_type.typname`. */
  readonly name: string;
  readonly kind: 'base' | 'enum' | 'domain' | 'composite' | 'range' | 'multirange' | 'pseudo';
  /** `atttypmod` or `typtypmod`; -1: none. */
  readonly modifier: number;
  /** Of an enum, in its order. */
  readonly labels: readonly string[];
  /** The element type of an array, the base type of a domain. */
  readonly inner: SampleType | null;
  readonly array: boolean;
  /** How many attributes a composite has. */
  readonly attributes: number;
  /** Literals that a CHECK allows, of a domain; null: it lists none. */
  readonly allowed: readonly string[] | null;
  /** The conditions of a domain's CHECKs, on VALUE. */
  readonly conditions: readonly string[];
}

/** The next kind; null after the last. */
export function nextVariant(variant: ValueKind): ValueKind | null {
  return variant === 2 ? null : variant === 1 ? 2 : 1;
}

/**
 * A value of a type as an SQL expression, another for each row as far as the type has so many.
 * @param row 1, 2, 3, ...
 * @returns null for a type that nothing is known of
 */
export function sampleValue(type: SampleType, row: number, variant: ValueKind): string | null {
  const literal = literalOf(type, row, variant);
  return literal === null ? null : `${literal}::${type.written}`;
}

/** One of the values that are allowed. */
export function oneOf(allowed: readonly string[], type: SampleType, row: number): string {
  return `${escapeLiteral(allowed[(row - 1) % allowed.length] ?? '')}::${type.written}`;
}

function literalOf(type: SampleType, row: number, variant: ValueKind): string | null {
  if (type.array) {
    const element = type.inner && sampleValue(type.inner, row, variant);
    return element === null ? "'{}'" : `ARRAY[${element}]`;
  }
  switch (type.kind) {
    case 'enum':
      return type.labels.length === 0
        ? null
        : escapeLiteral(type.labels[(row - 1) % type.labels.length] ?? '');
    case 'domain':
      if (type.allowed) return oneOf(type.allowed, type, row);
      return type.inner && sampleValue({ ...type.inner, modifier: type.modifier }, row, variant);
    case 'composite':
      return `'(${','.repeat(Math.max(0, type.attributes - 1))})'`;
    case 'range':
      return typeInfo(type.name)?.sample?.(row, variant, type.modifier) ?? "'empty'";
    case 'multirange':
      return "'{}'";
    case 'pseudo':
      return null;
    case 'base':
      return typeInfo(type.name)?.sample?.(row, variant, type.modifier) ?? null;
  }
}
