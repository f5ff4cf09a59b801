import type { Choices } from '../../soundness/generate/choices.ts';

/** A relation of a FROM: its columns by what they hold. */
interface Source {
  readonly alias: string;
  /** Columns that hold an owner, an id of a task, a number, a text. */
  readonly owner: readonly string[];
  readonly task: readonly string[];
  readonly number: readonly string[];
  readonly text: readonly string[];
}

interface From {
  readonly sql: string;
  readonly sources: readonly Source[];
}

interface Writer {
  readonly choices: Draws;
  aliases: number;
  depth: number;
}

interface Draws {
  readonly chance: (of: number) => boolean;
  readonly integer: (below: number) => number;
  readonly weighted: <T>(all: readonly (readonly [weight: number, value: T])[]) => T;
}

function drawsFrom(choices: Choices): Draws {
  return {
    chance: (of) => choices.below(1000) >= 1000 - of * 1000,
    integer: (below) => choices.below(below),
    weighted: (all) => {
      let at = choices.below(all.reduce((sum, [weight]) => sum + weight, 0));
      const found = all.find(([weight]) => {
        at -= weight;
        return at < 0;
      });
      if (found === undefined) throw new Error('Nothing to choose from');
      return found[1];
    },
  };
}

const tables = [
  {
    name: 'tasks',
    owner: ['user_id'],
    task: ['id', 'parent_id'],
    number: ['n', 'project_id'],
    text: ['title'],
  },
  { name: 'projects', owner: ['user_id'], task: [], number: ['id'], text: ['name'] },
  { name: 'notes', owner: [], task: ['task_id'], number: ['n', 'id'], text: ['body'] },
  { name: 'audit', owner: ['user_id'], task: [], number: [], text: ['what'] },
  { name: 'tags', owner: ['owner'], task: [], number: ['id'], text: ['name'] },
  { name: 'open_tasks', owner: ['user_id'], task: ['id'], number: ['n'], text: ['title'] },
  { name: 'counts', owner: ['user_id'], task: [], number: ['tasks'], text: [] },
  { name: 'noted', owner: ['user_id'], task: [], number: [], text: ['title', 'body'] },
  { name: 'first_tasks', owner: ['user_id'], task: ['id'], number: [], text: ['title'] },
  { name: 'events', owner: ['user_id'], task: [], number: ['at', 'n'], text: [] },
] as const;

/** A statement in which `$1` is the owner and `$2` is a number. Many keep to the owner, others nearly. */
export function randomStatement(choices: Choices): string {
  const writer: Writer = { choices: drawsFrom(choices), aliases: 0, depth: 0 };
  const kind = writer.choices.weighted([
    [12, 'select'],
    [2, 'update'],
    [2, 'delete'],
    [3, 'insert'],
    [2, 'with'],
  ] as const);
  switch (kind) {
    case 'select':
      return query(writer, []).sql;
    case 'with': {
      const cte = writer.choices.chance(0.3) ? writing(writer) : query(writer, []);
      const alias = newAlias(writer);
      const outer = { ...cte.source, alias };
      const other = writer.choices.chance(0.4) ? `, ${alias} AS ${alias}b` : '';
      const all = other === '' ? [outer] : [outer, { ...outer, alias: `${alias}b` }];
      const joined = writer.choices.chance(0.4) ? [item(writer, [])] : [];
      const sources = [...all, ...joined.flatMap((one) => one.sources)];
      const where = conditions(writer, sources, []);
      const from = [`${alias}${other}`, ...joined.map(({ sql }) => sql)].join(', ');
      return `WITH ${alias} AS (${cte.sql}) SELECT ${selected(writer, sources).sql} FROM ${from}${where}`;
    }
    case 'update': {
      const target = pick(writer, [tables[0], tables[1], tables[2]]);
      const alias = newAlias(writer);
      const own = { ...target, alias };
      const others = writer.choices.chance(0.5) ? [item(writer, [])] : [];
      const from = others.map(({ sql }) => sql).join(', ');
      const all = [own, ...others.flatMap(({ sources }) => sources)];
      const set =
        writer.choices.chance(0.15) && own.owner[0]
          ? `${own.owner[0]} = ${ownerValue(writer, all)}`
          : `${target.name === 'projects' ? "name = 'x'" : 'n = 7'}`;
      return `UPDATE ${target.name} ${alias} SET ${set}${from === '' ? '' : ` FROM ${from}`}${conditions(writer, all, [])} RETURNING ${alias}.id`;
    }
    case 'delete': {
      const target = pick(writer, [tables[2], tables[3]]);
      const alias = newAlias(writer);
      const own = { ...target, alias };
      const others = writer.choices.chance(0.6) ? [item(writer, [])] : [];
      const using = others.map(({ sql }) => sql).join(', ');
      const all = [own, ...others.flatMap(({ sources }) => sources)];
      return `DELETE FROM ${target.name} ${alias}${using === '' ? '' : ` USING ${using}`}${conditions(writer, all, [])} RETURNING ${alias}.id`;
    }
    default: {
      const from = fromOf(writer, []);
      const where = conditions(writer, from.sources, []);
      const what = writer.choices.chance(0.3)
        ? `logged(${numberValue(writer, from.sources)}::int)::text`
        : "'x'";
      if (writer.choices.chance(0.5))
        return `INSERT INTO audit (user_id, what) SELECT ${ownerValue(writer, from.sources)}, ${what} FROM ${from.sql}${where}`;
      const tasks = from.sources.flatMap(({ alias, task }) => task.map((column) => `${alias}.${column}`));
      const task = tasks.length > 0 ? pick(writer, tasks) : '$2::int';
      return `INSERT INTO notes (id, task_id, body) SELECT 1000 + row_number() OVER (ORDER BY ${task}), ${task}, 'made ' || row_number() OVER (ORDER BY ${task}) FROM ${from.sql}${where}`;
    }
  }
}

/** What an UPDATE of tasks returns. */
function writing(writer: Writer): { readonly sql: string; readonly source: Source } {
  const alias = newAlias(writer);
  const own = { ...tables[0], alias };
  const where = conditions(writer, [own], []);
  const source = { alias: '', owner: ['o'], task: ['t', 'u'], number: ['m'], text: [] };
  return {
    sql: `UPDATE tasks ${alias} SET n = ${numberValue(writer, [own])}${where} RETURNING ${alias}.user_id AS o, ${alias}.id AS t, ${alias}.parent_id AS u, ${alias}.n AS m`,
    source,
  };
}

function query(writer: Writer, around: readonly Source[]): { readonly sql: string; readonly source: Source } {
  writer.depth++;
  const { choices } = writer;
  try {
    if (writer.depth < 3 && choices.chance(0.15)) {
      const operation = pick(writer, ['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT']);
      const arms = [arm(writer, around), arm(writer, around)];
      const source = { alias: '', owner: ['o'], task: ['t'], number: ['m'], text: [] };
      return { sql: arms.join(` ${operation} `), source };
    }
    const from = fromOf(writer, around);
    const where = conditions(writer, from.sources, around);
    if (choices.chance(0.2)) return grouped(writer, from, where);
    const { sql, source } = selected(writer, from.sources);
    const distinct = choices.chance(0.1) ? 'DISTINCT ' : '';
    const limit = choices.chance(0.15)
      ? ` ORDER BY ${source.owner
          .concat(source.task, source.number, source.text)
          .map((_, i) => i + 1)
          .join(', ')} LIMIT ${1 + choices.integer(3)}`
      : '';
    return { sql: `SELECT ${distinct}${sql} FROM ${from.sql}${where}${limit}`, source };
  } finally {
    writer.depth--;
  }
}

function arm(writer: Writer, around: readonly Source[]): string {
  const from = fromOf(writer, around);
  const where = conditions(writer, from.sources, around);
  const task = from.sources.flatMap(({ alias, task: own }) => own.map((column) => `${alias}.${column}`))[0];
  return `SELECT ${ownerValue(writer, from.sources)}::int AS o, ${task ?? 'NULL::int'} AS t, ${numberValue(writer, from.sources)}::int AS m FROM ${from.sql}${where}`;
}

function grouped(
  writer: Writer,
  from: From,
  where: string,
): { readonly sql: string; readonly source: Source } {
  const owners = from.sources.flatMap(({ alias, owner }) => owner.map((column) => `${alias}.${column}`));
  const by = owners[0];
  const of = numberValue(writer, from.sources);
  const call = pick(writer, ['count(*)', `max(${of})`, `sum(${of}::int)`]);
  if (by === undefined || writer.choices.chance(0.3))
    return {
      sql: `SELECT ${call}::int AS m FROM ${from.sql}${where}`,
      source: { alias: '', owner: [], task: [], number: ['m'], text: [] },
    };
  const group = writer.choices.chance(0.15) ? `ROLLUP (${by})` : by;
  return {
    sql: `SELECT ${by} AS o, ${call}::int AS m FROM ${from.sql}${where} GROUP BY ${group}`,
    source: { alias: '', owner: ['o'], task: [], number: ['m'], text: [] },
  };
}

/** A list of columns, one for each kind that there is, and more. */
function selected(
  writer: Writer,
  sources: readonly Source[],
): { readonly sql: string; readonly source: Source } {
  const names = { owner: [] as string[], task: [] as string[], number: [] as string[], text: [] as string[] };
  const columns: string[] = [];
  for (const kind of ['owner', 'task', 'number', 'text'] as const) {
    const all = sources.flatMap((source) => source[kind].map((column) => `${source.alias}.${column}`));
    if (all.length === 0) continue;
    const name = `${kind[0]}${columns.length}`;
    columns.push(`${pick(writer, all)} AS ${name}`);
    names[kind].push(name);
  }
  if (writer.depth < 3 && writer.choices.chance(0.15)) {
    const inner = counting(writer, sources);
    columns.push(`${inner}::int AS c${columns.length}`);
    names.number.push(`c${columns.length - 1}`);
  }
  if (writer.choices.chance(0.12)) {
    const owner = names.owner[0] === undefined ? '' : `PARTITION BY ${columns[0]?.split(' AS ')[0]} `;
    const part = writer.choices.chance(0.5) ? owner : '';
    columns.push(`(count(*) OVER (${part}))::int AS w${columns.length}`);
    names.number.push(`w${columns.length - 1}`);
  }
  if (writer.choices.chance(0.3)) {
    columns.push(`logged(${numberValue(writer, sources)}::int) AS f${columns.length}`);
    names.number.push(`f${columns.length - 1}`);
  }
  if (columns.length === 0) columns.push('1 AS one');
  return { sql: columns.join(', '), source: { alias: '', ...names } };
}

function counting(writer: Writer, around: readonly Source[]): string {
  writer.depth++;
  const from = fromOf(writer, around);
  const sql = `(SELECT count(*) FROM ${from.sql}${conditions(writer, from.sources, around)})`;
  writer.depth--;
  return sql;
}

function fromOf(writer: Writer, around: readonly Source[]): From {
  const { choices } = writer;
  let found = item(writer, around);
  const joins = choices.weighted([
    [4, 0],
    [4, 1],
    [2, 2],
  ] as const);
  for (let i = 0; i < joins; i++) {
    const right = item(writer, around);
    const all = [...found.sources, ...right.sources];
    const kind = pick(writer, [
      'JOIN',
      'JOIN',
      'LEFT JOIN',
      'LEFT JOIN',
      'RIGHT JOIN',
      'FULL JOIN',
      'CROSS JOIN',
    ]);
    const on =
      kind === 'CROSS JOIN'
        ? ''
        : ` ON ${kind === 'FULL JOIN' ? equality(writer, found.sources, right.sources) : condition(writer, all, around, found.sources)}`;
    const [left, other] = choices.chance(0.2) ? [right, found] : [found, right];
    found = { sql: `(${left.sql} ${kind} ${other.sql}${on})`, sources: all };
  }
  if (choices.chance(0.06)) {
    const call = `logged(${numberValue(writer, found.sources)}::int) AS ${newAlias(writer)}`;
    found = { ...found, sql: `(${found.sql} CROSS JOIN LATERAL ${call})` };
  }
  return found;
}

function item(writer: Writer, around: readonly Source[]): From {
  const alias = newAlias(writer);
  if (writer.depth < 3 && writer.choices.chance(0.2)) {
    const { sql, source } = query(writer, writer.choices.chance(0.2) ? around : []);
    return { sql: `(${sql}) ${alias}`, sources: [{ ...source, alias }] };
  }
  const table = pick(writer, [...tables, tables[0], tables[0], tables[1], tables[2], tables[4]]);
  return { sql: `${table.name} ${alias}`, sources: [{ ...table, alias }] };
}

/** WHERE: most sources are limited to the owner. */
function conditions(writer: Writer, sources: readonly Source[], around: readonly Source[]): string {
  const { choices } = writer;
  const parts = sources.flatMap((source): string[] => {
    if (!choices.chance(0.75)) return [];
    return [limited(writer, source, sources, around)];
  });
  if (choices.chance(0.4)) parts.push(condition(writer, sources, around, sources));
  if (parts.length === 0) return '';
  return ` WHERE ${parts.join(choices.chance(0.06) ? ' OR ' : ' AND ')}`;
}

function limited(
  writer: Writer,
  source: Source,
  sources: readonly Source[],
  around: readonly Source[],
): string {
  const { choices } = writer;
  const owner = source.owner[0];
  const others = [...sources, ...around].filter(({ alias }) => alias !== source.alias);
  const owners = others.flatMap(({ alias, owner: own }) => own.map((column) => `${alias}.${column}`));
  if (owner !== undefined) {
    const own = `${source.alias}.${owner}`;
    const exists = () =>
      `${own} IN (SELECT ${newAlias(writer)}.user_id FROM tasks a${writer.aliases} WHERE a${writer.aliases}.user_id = $1)`;
    return choices.weighted([
      [8, `${own} = $1`],
      [4, owners.length > 0 ? `${own} = ${pick(writer, owners)}` : `$1 = ${own}`],
      [1, exists()],
      [1, `${own} = (SELECT $1::int)`],
      [1, `${own} = (SELECT a.user_id FROM tasks a WHERE a.user_id = $1 ORDER BY a.id LIMIT 1)`],
      [1, `(${own} = $1 AND ${own} > 0 OR ${own} = ${pick(writer, [...owners, '$1'])})`],
      [
        source.task.length > 0 ? 2 : 0,
        `${source.alias}.${source.task[0]} IN (SELECT a.id FROM tasks a WHERE a.user_id = $1 ORDER BY a.n, a.id LIMIT 3)`,
      ],
      [1, `(${own} = $1 OR ${own} IS NULL)`],
      [1, `${own} IN ($1, $2)`],
    ]);
  }
  const task = source.task[0];
  if (task === undefined) return 'true';
  const own = `${source.alias}.${task}`;
  const tasks = others.flatMap(({ alias, task: ids }) =>
    ids.slice(0, 1).map((column) => `${alias}.${column}`),
  );
  const alias = newAlias(writer);
  return choices.weighted([
    [4, tasks.length > 0 ? `${own} = ${pick(writer, tasks)}` : 'true'],
    [4, `EXISTS (SELECT FROM tasks ${alias} WHERE ${alias}.id = ${own} AND ${alias}.user_id = $1)`],
    [2, `${own} IN (SELECT ${alias}.id FROM tasks ${alias} WHERE ${alias}.user_id = $1)`],
    [
      1,
      `${own} = (SELECT ${alias}.${pick(writer, ['id', 'parent_id'])} FROM tasks ${alias} WHERE ${alias}.user_id = $1 ORDER BY ${alias}.id LIMIT 1)`,
    ],
    [1, `NOT EXISTS (SELECT FROM tasks ${alias} WHERE ${alias}.id = ${own} AND ${alias}.user_id <> $1)`],
  ]);
}

/** Any condition. */
function condition(
  writer: Writer,
  sources: readonly Source[],
  around: readonly Source[],
  left: readonly Source[],
): string {
  const { choices } = writer;
  const all = [...sources, ...around];
  const simple = () =>
    `${numberValue(writer, all)} ${pick(writer, ['<', '>=', '=', '<>'])} ${numberValue(writer, all)}`;
  if (writer.depth > 3) return simple();
  return choices.weighted<() => string>([
    [3, simple],
    [2, () => `marked(${numberValue(writer, all)}::int)`],
    [1, () => `${numberValue(writer, all)} IS NOT NULL`],
    [5, () => equality(writer, left, sources)],
    [
      4,
      () =>
        `${equality(writer, left, sources)} AND ${limited(writer, pick(writer, sources), sources, around)}`,
    ],
    [
      2,
      () =>
        `${limited(writer, pick(writer, sources), sources, around)} AND ${counting(writer, all)} > ${choices.integer(3)}`,
    ],
    [2, () => `${counting(writer, all)} ${pick(writer, ['>', '=', '<'])} ${choices.integer(4)}`],
    [1, () => `NOT (${simple()})`],
    [1, () => `(${simple()} OR ${limited(writer, pick(writer, sources), sources, around)})`],
    [
      1,
      () =>
        `(${limited(writer, pick(writer, sources), sources, around)} AND ${counting(writer, all)} > 0 OR ${simple()})`,
    ],
  ])();
}

function equality(writer: Writer, left: readonly Source[], right: readonly Source[]): string {
  const kind = pick(writer, ['owner', 'owner', 'task', 'number'] as const);
  const columns = (sources: readonly Source[]) =>
    sources.flatMap((source) => source[kind].map((column) => `${source.alias}.${column}`));
  const [a, b] = [columns(left), columns(right)];
  return a.length > 0 && b.length > 0 ? `${pick(writer, a)} = ${pick(writer, b)}` : '1 = 1';
}

function ownerValue(writer: Writer, sources: readonly Source[]): string {
  const owners = sources.flatMap(({ alias, owner }) => owner.map((column) => `${alias}.${column}`));
  return owners.length > 0 && writer.choices.chance(0.7)
    ? pick(writer, owners)
    : pick(writer, ['$1::int', '$1::int', '$1::int', '$2::int']);
}

function numberValue(writer: Writer, sources: readonly Source[]): string {
  const numbers = sources.flatMap(({ alias, number }) => number.map((column) => `${alias}.${column}`));
  return numbers.length > 0 && writer.choices.chance(0.7)
    ? pick(writer, numbers)
    : String(writer.choices.integer(5));
}

function newAlias(writer: Writer): string {
  writer.aliases++;
  return `a${writer.aliases}`;
}

function pick<T>(writer: Writer, all: readonly T[]): T {
  const found = all[writer.choices.integer(all.length)];
  if (found === undefined) throw new Error('Nothing to pick from');
  return found;
}
