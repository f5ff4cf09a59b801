import { type Diagnostic, diagnostic } from '../diagnostic.ts';

/**
 * Decodes a file's bytes, a leading byte order mark taken off.
 * @returns the text, or a diagnostic that names the first byte which is not UTF-8
 */
export function decodeUtf8(file: string, bytes: Uint8Array): { readonly text: string } | Diagnostic {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return notUtf8(file, bytes);
  }
}

function notUtf8(file: string, bytes: Uint8Array): Diagnostic {
  const before = longestText(bytes);
  const offset = new TextEncoder().encode(before).length;
  const line = before.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const start = line.at(-1) ?? '';
  const found = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const marked = bytes[0] === 0xff || bytes[0] === 0xfe;
  return diagnostic({
    file,
    line: line.length,
    column: start.length + 1,
    code: 'ND2001',
    message: `Not UTF-8: byte 0x${found} at offset ${offset}.`,
    hint: `Save the file as UTF-8.${marked ? ' It seems to be UTF-16.' : ''}`,
    excerpt: `${start}\uFFFD`,
  });
}

/** The text of the longest valid beginning, found by halving: a decoder that streams accepts a cut character. */
function longestText(bytes: Uint8Array): string {
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (beginning(bytes, middle) === null) invalid = middle;
    else valid = middle;
  }
  return beginning(bytes, valid) ?? '';
}

function beginning(bytes: Uint8Array, length: number): string | null {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes.subarray(0, length), { stream: true });
  } catch {
    return null;
  }
}
