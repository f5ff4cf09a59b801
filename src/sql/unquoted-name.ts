/** The name that an identifier of SQL means: as it is in quotes, and in lower case without. */
export function unquotedName(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();
}
