import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';

/** What `JSON.parse` can return. A key may always be missing. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** json and jsonb. Numbers are JavaScript's: digits beyond a double's precision are lost in JSON.parse. */
export const json: Codec<Json> = {
  decode: (text): Json => JSON.parse(text),
  encode: (value) => {
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) {
      throw new CodecError('not a JSON value');
    }
    return text;
  },
  flat: true,
};
