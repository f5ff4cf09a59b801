import type { AnyCodec } from '../definition.ts';
import { encodeHex } from './bytea.ts';

/** A codec's output as text, for use inside another type's literal. */
export function encodeNested(codec: AnyCodec, value: unknown): string {
  // Which values a codec takes is checked where they come in: by the generated parameter types.
  const encoded = codec.encode(value as never);
  return typeof encoded === 'string' ? encoded : encodeHex(encoded);
}
