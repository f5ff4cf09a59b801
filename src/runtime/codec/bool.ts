import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';

export const bool: Codec<boolean> = {
  decode: (text) => {
    if (text !== 't' && text !== 'f') {
      throw new CodecError('not a boolean');
    }
    return text === 't';
  },
  encode: (value) => {
    // Without types 'false' can come here, which is true to JavaScript.
    if (typeof value !== 'boolean') {
      throw new CodecError('not a boolean');
    }
    return value ? 't' : 'f';
  },
};
