import type { Codec } from '../definition.ts';
import { arrayWithNulls } from './array.ts';
import { CodecError } from './codec-error.ts';

/** A list of values that is sent as one array. It is never null: that would not be an empty list. */
export function list<T>(element: Codec<T>): Codec<readonly (T | null)[]> {
  const { decode, encode } = arrayWithNulls(element);
  return {
    decode,
    encode: (values) => {
      if (!Array.isArray(values)) {
        throw new CodecError('not an array');
      }
      return encode(values as (T | null)[]);
    },
    takesNull: true,
  };
}
