/** The arms of a UNION that was drawn, and how they are joined. */
export interface Union {
  readonly left: string;
  readonly operation: string;
  readonly right: string;
}

/**
 * The same with a constant in each arm, as it is, or in a subquery or WITH query that the rows are taken from.
 * @param form any number
 */
export function withKinds({ left, operation, right }: Union, form: number): string {
  const all = `SELECT 'left' AS kind, l.* FROM (${left}) l ${operation} SELECT 'right', r.* FROM (${right}) r`;
  switch (form % 4) {
    case 0:
      return `SELECT * FROM (${all}) u WHERE u.kind <> ''`;
    case 1:
      return `WITH u AS (${all}) SELECT *, (SELECT min(o.kind) FROM u o) AS least FROM u`;
    default:
      return all;
  }
}
