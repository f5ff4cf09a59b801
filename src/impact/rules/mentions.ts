/** The words of a text in lower case, each with what qualifies it there; '' where nothing does. */
export type MentionedWords = ReadonlyMap<string, ReadonlySet<string>>;

/** Words in strings and comments too: SQL that a function puts together is in strings. */
export function wordsOf(text: string): MentionedWords {
  const found = new Map<string, Set<string>>();
  // The ends of a dollar-quoted string belong to no word.
  const lower = text.toLowerCase().replaceAll(/\$\w*\$/g, ' ');
  let [last, end] = ['', 0];
  for (const { 0: word, index } of lower.matchAll(/[\p{L}\p{N}_$]+/gu)) {
    const qualified = last !== '' && /^"?\s*\.\s*"?$/.test(lower.slice(end, index));
    const qualifiers = found.get(word) ?? new Set();
    found.set(word, qualifiers.add(qualified ? last : ''));
    // What format() puts in place of `%I` can be any name.
    last = lower[index - 1] === '%' ? '' : word;
    end = index + word.length;
  }
  return found;
}

/** The word by which a name is found; of a quoted name with blanks or dots in it, the last. */
export function lastWord(name: string): string {
  return (
    name
      .toLowerCase()
      .match(/[\p{L}\p{N}_$]+/gu)
      ?.at(-1) ?? ''
  );
}

/** Whether words name what is called so in a schema. Without a qualifier it can be in any schema. */
export function mentions(words: MentionedWords, schema: string, name: string): boolean {
  const qualifiers = words.get(lastWord(name));
  if (qualifiers === undefined) return false;
  const isOneWord = lastWord(name) === name.toLowerCase();
  return !isOneWord || qualifiers.has('') || qualifiers.has(lastWord(schema));
}
