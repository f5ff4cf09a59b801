/** The start of a line on which a comment opens that is a header in PgTyped's or sqlc's spelling. */
const HEADER_LINE = /^[^\S\r\n]*(?:\/\*|--)[\s*]*(?:@name\s|name:[^\S\r\n]+\S+[^\S\r\n]+:[a-z])/gm;

/** Where the next header's line starts, at or after an offset, as far as lines alone can tell; or null. */
export function nextHeader(text: string, from: number): number | null {
  HEADER_LINE.lastIndex = from;
  return HEADER_LINE.exec(text)?.index ?? null;
}

/** Whether a comment that is inside a statement is a header, so that the statement lacks its `;`. */
export function isHeader(comment: string): boolean {
  return /^(?:\/\*+|--)?[^\S\r\n]*(?:\*+[^\S\r\n]*)?(?:@name\s|name:[^\S\r\n]+\S+[^\S\r\n]+:[a-z])/m.test(
    comment,
  );
}
