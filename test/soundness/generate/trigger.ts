import type { Choices } from './choices.ts';
import { literal } from './literal.ts';
import type { Column, Table } from './table.ts';

/** A trigger that changes, mends, omits or keeps what is written, or keeps rows that were to be deleted. */
export function triggersOf(choices: Choices, table: Table, required: ReadonlySet<string>): readonly string[] {
  const { name, columns } = table;
  const own = columns.filter((column) => column.stored && column.name !== 'id' && !required.has(column.name));
  const [first, ...others] = own;
  const changed: Column | null = first === undefined ? null : choices.one(first, ...others);
  const change = changed === null ? '' : `NEW.${changed.name} := NULL;`;
  const [mended] = columns.filter((column) => required.has(column.name) && column.name !== 'id');
  const mend =
    mended === undefined
      ? ''
      : `NEW.${mended.name} := coalesce(NEW.${mended.name}, ${mended.values?.[0] ?? literal(choices, mended.type)});`;
  const [event, body] = choices.one(
    ['BEFORE INSERT OR UPDATE', `${change} RETURN NEW;`],
    ['BEFORE UPDATE', `${change} RETURN NEW;`],
    ['BEFORE INSERT', `${change} RETURN NEW;`],
    ['BEFORE INSERT OR UPDATE', `${mend} RETURN NEW;`],
    ['BEFORE INSERT', `${mend} RETURN NEW;`],
    ['BEFORE INSERT OR UPDATE', 'IF NEW.id > 50 THEN RETURN NULL; END IF; RETURN NEW;'],
    ['BEFORE DELETE', 'RETURN NULL;'],
    ['AFTER INSERT OR UPDATE OR DELETE', 'RETURN NULL;'],
  );
  return [
    `CREATE FUNCTION ${name}_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`,
    `CREATE TRIGGER changes ${event} ON ${name} FOR EACH ROW EXECUTE FUNCTION ${name}_trigger()`,
  ];
}

/** A rule that does something else or more than a statement on a table says. */
export function ruleOf(choices: Choices, table: Table): string {
  const { name, columns } = table;
  const returned = columns
    .map(({ name: column, type }) => (column === 'id' ? '-1' : `NULL::${type}`))
    .join(', ');
  const event = choices.one('INSERT', 'UPDATE', 'DELETE');
  return `CREATE RULE r0 AS ON ${event} TO ${name} DO ${choices.one(
    'INSTEAD NOTHING',
    'ALSO NOTHING',
    `INSTEAD INSERT INTO elsewhere VALUES (1) RETURNING ${returned}`,
  )}`;
}

/** A view that is written through to its table, or by a trigger that does as it likes. */
export function updatableView(choices: Choices, table: Table, name: string): readonly string[] {
  const columns = table.columns.map((column) => column.name).join(', ');
  const view = `CREATE VIEW ${name} AS SELECT ${columns} FROM ${table.name}${choices.one(
    '',
    ' WHERE id IS NOT NULL',
    ` WHERE ${table.columns.at(-1)?.name ?? 'id'} IS NOT NULL`,
    ' WHERE id > 1 WITH CHECK OPTION',
  )}`;
  if (choices.below(2) === 0) return [view];
  const last = table.columns.at(-1)?.name ?? 'id';
  const body = choices.one('RETURN NEW;', `NEW.${last} := NULL; RETURN NEW;`, 'RETURN NULL;');
  return [
    view,
    `CREATE FUNCTION ${name}_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`,
    `CREATE TRIGGER instead INSTEAD OF ${choices.one('INSERT OR UPDATE', 'INSERT', 'UPDATE')} ON ${name} FOR EACH ROW EXECUTE FUNCTION ${name}_trigger()`,
  ];
}
