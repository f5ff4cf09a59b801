const token =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|`(?:\\[\s\S]|[^\\`])*`|'(?:\\.|[^\\'\n])*'|"(?:\\.|[^\\"\n])*"|[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|=>|[^\s]/gu;

/** Whether two TypeScript files differ in nothing but what a formatter changes: white space, quotes, semicolons, commas at the end. */
export function differOnlyInLayout(one: string, other: string): boolean {
  const tokens = withoutLayout(one);
  const others = withoutLayout(other);
  return tokens.length === others.length && tokens.every((text, i) => text === others[i]);
}

function withoutLayout(text: string): readonly string[] {
  const tokens = (text.match(token) ?? []).map(unquoted).filter((each) => each !== ';');
  return tokens.filter((each, i) => {
    const before = tokens[i - 1] ?? '';
    const after = tokens[i + 1] ?? '';
    if (each === ',') return !/^[)\]}>]$/.test(after);
    // A union over several lines begins each of them with its bar.
    if (each === '|') return !/^(=|:|<|\(|\[|,|=>)$/.test(before);
    return true;
  });
}

/** A string's token without what depends on its quotes; a comment's without its indentation. */
function unquoted(text: string, i: number, all: readonly string[]): string {
  if (/^\/[*/]/.test(text)) return text.replace(/\s+/g, ' ').trimEnd();
  if (!/^['"]/.test(text)) return text;
  const content = text.slice(1, -1).replace(/\\(['"])/g, '$1');
  // A property's name may have quotes and need not.
  return all[i + 1] === ':' && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(content)
    ? content
    : `"${content}"`;
}
