import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from '../../src/project/decode-utf8.ts';
import fc from '../support/fast-check.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...encode(part)] : [...part])));

describe('decodeUtf8', () => {
  it.each(['', 'SELECT 1', 'größe 名前 😀', 'a\r\nb', 'a\0b'])('reads %j', (text) => {
    expect(decodeUtf8('q.sql', encode(text))).toEqual({ text });
  });

  it('takes a byte order mark off', () => {
    expect(decodeUtf8('q.sql', bytes([0xef, 0xbb, 0xbf], 'a'))).toEqual({ text: 'a' });
  });

  it.each<[string, Uint8Array, object]>([
    [
      'Latin-1',
      bytes('a\r\ngr', [0xf6, 0xdf], 'e\n'),
      { line: 2, column: 3, message: 'Not UTF-8: byte 0xF6 at offset 5.', excerpt: 'gr\uFFFD' },
    ],
    [
      'a wrong second byte',
      bytes('ü', [0xc3, 0x28]),
      { line: 1, column: 2, message: 'Not UTF-8: byte 0xC3 at offset 2.', excerpt: 'ü\uFFFD' },
    ],
    [
      'a character that is cut',
      bytes('😀', [0xf0, 0x9f]),
      { line: 1, column: 3, message: 'Not UTF-8: byte 0xF0 at offset 4.', excerpt: '😀\uFFFD' },
    ],
    [
      'an encoded surrogate',
      bytes('a', [0xed, 0xa0, 0x80]),
      { line: 1, column: 2, message: 'Not UTF-8: byte 0xED at offset 1.', excerpt: 'a\uFFFD' },
    ],
    [
      'a byte behind a byte order mark',
      bytes([0xef, 0xbb, 0xbf], 'a', [0x80]),
      { line: 1, column: 2, message: 'Not UTF-8: byte 0x80 at offset 4.', excerpt: 'a\uFFFD' },
    ],
  ])('names the place: %s', (_, input, expected) => {
    const hint = 'Save the file as UTF-8.';
    expect(decodeUtf8('q.sql', input)).toEqual({
      file: 'q.sql',
      code: 'ND2001',
      sqlstate: null,
      hint,
      ...expected,
    });
  });

  it('recognises UTF-16', () => {
    expect(decodeUtf8('q.sql', bytes([0xff, 0xfe, 0x53, 0, 0x45, 0]))).toMatchObject({
      message: 'Not UTF-8: byte 0xFF at offset 0.',
      hint: 'Save the file as UTF-8. It seems to be UTF-16.',
      line: 1,
      column: 1,
    });
  });

  it('finds the first wrong byte of any bytes', () => {
    const wrong = fc.tuple(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(0x80, 0xbf, 0xc0, 0xf5, 0xff),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(wrong, ([before, byte, after]) => {
        const { length } = encode(before);
        const found = decodeUtf8('q.sql', bytes(before, [byte], [...after]));
        expect('message' in found && found.message).toMatch(new RegExp(` at offset ${length}\\.$`));
      }),
    );
  });
});
