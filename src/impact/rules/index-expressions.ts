/**
 * Whether computing an index's expression or predicate can fail for some row, by its text: all that is not known to take
 * every value can.
 */
export function canFail(definition: string): boolean {
  const rest = definition
    .replaceAll(constant, '0')
    .replaceAll(/"(?:[^"]|"")*"/g, 'name')
    .replaceAll(/::(?:text|character varying|bpchar)\b(?!\()/g, '')
    .replaceAll(/\|\||->>?|#>>?|!?~~?\*?|<>|<=|>=|[<>=]/g, ' ')
    .replaceAll(/\b(\w+)\s*\(/g, (call, name: string) =>
      harmless.has(name.toLowerCase()) ? '(' : `!${call}`,
    );
  return /[-+*/%^!@#&|:]/.test(rest);
}

/** With its type, of which it is known to be a value. */
const constant =
  /'(?:[^']|'')*'(?:::(?:character varying|double precision|bit varying|(?:timestamp|time) with(?:out)? time zone|[\w.]+)(?:\[\])*)?/g;

const harmless = new Set(
  'lower upper btrim ltrim rtrim length char_length md5 coalesce nullif greatest least and or not is where any all in row'.split(
    ' ',
  ),
);
