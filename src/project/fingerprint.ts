import { createHash } from 'node:crypto';

/** A SHA-256 digest, in hexadecimal. */
export type Fingerprint = string;

/** One thing among those that a fingerprint covers: what it is, and its bytes; null: that there is none. */
export type Part = readonly [name: string, content: string | Uint8Array | null];

/**
 * The fingerprint of these parts, in this order. Names and contents are hashed with their lengths before them, so that
 * no two lists of parts look alike, and absent is not empty.
 */
export function fingerprint(parts: Iterable<Part>): Fingerprint {
  const hash = createHash('sha256');
  for (const [name, content] of parts) {
    hash.update(`${Buffer.byteLength(name)}:`).update(name);
    if (content === null) hash.update('-');
    else hash.update(`${Buffer.byteLength(content)}:`).update(content);
  }
  return hash.digest('hex');
}
