/** Whether a date or timestamp is one of Postgres's two infinities. */
export function isInfinite(text: string): boolean {
  return text === 'infinity' || text === '-infinity';
}

/**
 * From ISO 8601's years to Postgres's: beyond four digits the former writes `+012345-` or `-000043-`,
 * and it has a year 0, which is 1 BC.
 */
export function postgresYear(iso: string): string {
  const sign = iso.charAt(0);
  if (sign !== '+' && sign !== '-' && !iso.startsWith('0000-')) {
    return iso;
  }
  const end = iso.indexOf('-', 1);
  const year = Number(iso.slice(0, end));
  const rest = iso.slice(end);
  return year > 0 ? year + rest : `${String(1 - year).padStart(4, '0') + rest} BC`;
}
