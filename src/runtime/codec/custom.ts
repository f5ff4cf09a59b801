import type { Codec } from '../definition.ts';

/**
 * A class whose constructor reads Postgres's text and whose `toString` writes it, such as `decimal.js`:
 * `custom(Decimal)` is `new Decimal(text)` and `String(value)`.
 */
export function custom<T>(Class: new (text: string) => T): Codec<T> {
  return { decode: (text) => new Class(text), encode: String, flat: true };
}
