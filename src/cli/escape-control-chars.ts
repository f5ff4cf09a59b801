const unprintable = /\p{Cc}|[\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text that comes from files or from the database, made safe for a terminal: control characters (an ESC that
 * starts a colour, a CR that overwrites the line) and those that turn the reading direction are printed as
 * `\u001b`. Line feeds and tabs stay.
 */
export function escapeControlChars(text: string): string {
  return text.replace(unprintable, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
