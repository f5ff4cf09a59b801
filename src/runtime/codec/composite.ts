import type { AnyCodec, Codec, FieldDefinition } from '../definition.ts';
import { property } from '../property.ts';
import { CodecError } from './codec-error.ts';
import { readLiteralPart, writeToken } from './literal.ts';
import { encodeNested } from './nested.ts';

/** A composite type's value: its fields by name; null where SQL has NULL. */
export type Composite = Record<string, unknown>;

/** A composite type, from its fields in the type's own order. */
export function composite(fields: readonly FieldDefinition[]): Codec<Composite> {
  return {
    decode: (text) => {
      // Of no field and of one that is NULL, Postgres prints the same.
      const texts = fields.length === 0 && text === '()' ? [] : readFields(text);
      if (texts.length !== fields.length) throw otherFields();
      // fromEntries defines own properties, also for a field named `__proto__`.
      return Object.fromEntries(
        fields.map(([name, codec], i) => {
          const content = texts[i] ?? null;
          return [name, content === null ? null : codec.decode(content)];
        }),
      );
    },
    encode: (value) =>
      `(${fields
        .map(([name, codec]) => {
          const field = property(value, name);
          return writeToken(field === null || field === undefined ? null : encodeNested(codec, field));
        })
        .join(',')})`,
  };
}

/** A record without names, from its fields in order. */
export function tuple(fields: readonly AnyCodec[]): Codec<unknown[]> {
  return {
    decode: (text) => {
      const texts = fields.length === 0 && text === '()' ? [] : readFields(text);
      if (texts.length !== fields.length) throw otherFields();
      return fields.map((codec, i) => {
        const content = texts[i] ?? null;
        return content === null ? null : codec.decode(content);
      });
    },
    encode: (value) =>
      `(${fields
        .map((codec, i) => {
          const field = value[i] ?? null;
          return writeToken(field === null ? null : encodeNested(codec, field));
        })
        .join(',')})`,
    flat: true,
  };
}

function otherFields(): CodecError {
  return new CodecError('a composite with other fields than expected; run `nodrift generate`');
}

/** An anonymous record, of whose fields nothing is known: their texts in order. */
export const record: Codec<(string | null)[]> = {
  decode: readFields,
  encode: (value) => `(${value.map(writeToken).join(',')})`,
  flat: true,
};

/** Reads `(a,"b c",)`, the output of record_out (src/backend/utils/adt/rowtypes.c). */
function readFields(text: string): (string | null)[] {
  if (text.charAt(0) !== '(') {
    throw new CodecError('not a composite');
  }
  const fields: (string | null)[] = [];
  let at = 0;
  do {
    const token = readLiteralPart(text, at + 1, ',)');
    fields.push(token.content);
    at = token.end;
  } while (text.charAt(at) === ',');
  return fields;
}
