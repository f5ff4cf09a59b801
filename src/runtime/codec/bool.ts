import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';

export const bool: Codec<boolean> = {
  decode: (text) => {
    if (text !== 't' && text !== 'f') {
      throw new CodecError('not a boolean');
    }
    return text === 't';
  },
  encode: (value) => (value ? 't' : 'f'),
};
