import type { Choices } from './choices.ts';
import type { Column } from './table.ts';

/** A setting that is `then` while rows are written, and `now` while they are read. */
export const ERA = "current_setting('nodrift.era', true)";

/** A domain that refuses NULL once the rows are there. */
export const STRICTER = 'stricter';

const odd = ['', '!', '?', ' x', 'é', '""', "'", '-', '.'];

/** A column's name as SQL has it: now and then one that must be quoted. */
export function columnName(choices: Choices, name: string): string {
  if (!choices.rarely(6)) return name;
  // Once in a table.
  if (name.endsWith('0') && choices.rarely(4)) return '"__proto__"';
  return `"${name}${odd[choices.below(odd.length)] ?? ''}"`;
}

/** A CHECK that all rows meet when they are written, and that says something else later. */
export function pastCheck(choices: Choices, columns: readonly Column[]): string | null {
  const [first, ...others] = columns.filter(({ name }) => name !== 'id');
  if (first === undefined) return null;
  const { name } = choices.one(first, ...others);
  const number = columns.findLast(({ type }) => type === 'int')?.name ?? 'id';
  return choices.one(
    `${ERA} = 'then' OR ${name} IS NOT NULL`,
    `NOT (${ERA} <> 'then' AND ${name} IS NULL)`,
    `CASE WHEN ${ERA} = 'then' THEN true ELSE ${name} IS NOT NULL END`,
    `(${number}::${STRICTER}) > -9`,
    `(${ERA} = 'then' OR ${name} IS NOT NULL) AND (id IS NULL OR id > -9)`,
  );
}

/** CHECKs that tie three columns to each other, two by two, once the rows are there that meet them. */
export function tiedChecks(choices: Choices, table: string, columns: readonly Column[]): string | null {
  const [a, b, c] = columns.filter(({ name }) => name !== 'id').map(({ name }) => name);
  if (a === undefined || b === undefined || c === undefined) return null;
  const tie = (x: string, y: string) =>
    choices.one(
      `(${x} IS NULL) = (${y} IS NULL)`,
      `${x} IS NULL OR ${y} IS NOT NULL`,
      `(${x} IS NULL) <> (${y} IS NULL)`,
      `CASE WHEN ${x} IS NOT NULL THEN ${y} IS NOT NULL ELSE true END`,
    );
  const ties = [tie(a, b), tie(b, c)];
  return [
    `DELETE FROM ${table} WHERE NOT (${ties.join(' AND ')})`,
    ...ties.map((check) => `ALTER TABLE ${table} ADD CHECK (${check})`),
  ].join('; ');
}

/** Takes a column out and adds it again, at the end. */
export function readded(table: string, column: string, line: string): readonly string[] {
  return [`ALTER TABLE ${table} DROP COLUMN ${column}`, `ALTER TABLE ${table} ADD COLUMN ${line}`];
}

/** A partition whose columns have other numbers than the table's. */
export function renumberedPartition(table: string, name: string, bounds: string): readonly string[] {
  return [
    `CREATE TABLE ${name} (gone int, LIKE ${table} INCLUDING ALL)`,
    `ALTER TABLE ${name} DROP gone`,
    `ALTER TABLE ${table} ATTACH PARTITION ${name} ${bounds}`,
  ];
}

/** Rows without a partner, on one side of a foreign key or the other, in a table or partition whose triggers are disabled. */
export function unguarded(
  choices: Choices,
  table: string,
  columns: readonly Column[],
  keyed: boolean,
): string | null {
  const reference = columns.find(({ references }) => references !== null);
  const isReferring = reference !== undefined && choices.below(2) === 1;
  if (!keyed && !isReferring) return null;
  const change = isReferring
    ? `UPDATE ${table} SET ${reference.name} = 77`
    : `DELETE FROM ${table} WHERE id IN (1, 2)`;
  return `ALTER TABLE ${table} DISABLE TRIGGER ALL; ${change}`;
}
