/** A row of a catalog query: every value as text. */
export type Row = readonly (string | null)[];

export function grouped<R, T>(
  rows: readonly R[],
  key: (row: R) => number,
  value: (row: R) => T,
): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [value(row)]);
    else group.push(value(row));
  }
  return groups;
}

export function number(value: string | null | undefined): number {
  return Number(value ?? 0);
}

export function textOrEmpty(value: string | null | undefined): string {
  return value ?? '';
}

/** Numbers separated by spaces. */
export function numbers(value: string | null | undefined): readonly number[] {
  return value ? value.split(' ').map(Number) : [];
}
