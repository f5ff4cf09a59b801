import type { Codec } from '../definition.ts';

/** The same codec for a type whose arrays have something else than commas between their elements (`pg_type.typdelim`). */
export function delimited<T>(codec: Codec<T>, delimiter: string): Codec<T> {
  return { ...codec, delimiter };
}
