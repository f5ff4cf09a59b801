import type { Choices } from '../../soundness/generate/choices.ts';

export const schema = `
  CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int, c text, d boolean);
  CREATE TABLE u (id int PRIMARY KEY, t_id int, a int, k varchar(5) NOT NULL);
  INSERT INTO t SELECT n, n % 3, nullif(n % 4, 0), substr('abcab', n % 5 + 1, 1), nullif(n % 3, 2) = 1
    FROM generate_series(1, 12) n;
  INSERT INTO u SELECT n, nullif(n % 7, 0), n % 3, substr('xyzx', n % 4 + 1, 1) FROM generate_series(1, 15) n;
`;

/** A parameter of a random statement. */
export interface Given {
  readonly name: string;
  readonly type: 'int' | 'text' | 'boolean' | 'int[]';
  /** As SQL, and as the runtime sends it. */
  readonly value: string;
  /** By `@optional`: its conditions have no guards. */
  readonly isOptional: boolean;
}

/** A random statement, and the same with its guards written out and its values put in. */
export interface RandomStatement {
  readonly sql: string;
  readonly params: readonly Given[];
  /** Whether the order of its rows is told. */
  readonly isOrdered: boolean;
  /** @param given the names of the parameters that are given */
  readonly reference: (given: ReadonlySet<string>) => string;
}

/** Text that depends on which parameters are given; null: the statement as it is written. */
type Text = (given: ReadonlySet<string> | null) => string;

const constant =
  (text: string): Text =>
  () =>
    text;

function join(texts: TemplateStringsArray, ...parts: readonly (Text | string)[]): Text {
  return (given) =>
    texts.reduce((all, text, i) => {
      const part = parts[i - 1] ?? '';
      return all + (typeof part === 'string' ? part : part(given)) + text;
    });
}

/** What the columns of a table are called inside of a condition. */
interface Columns {
  readonly ints: readonly string[];
  readonly texts: readonly string[];
  readonly booleans: readonly string[];
  readonly id: string;
}

const columnsOfT = (alias: string): Columns => ({
  ints: [`${alias}.a`, `${alias}.b`, `${alias}.id`],
  texts: [`${alias}.c`],
  booleans: [`${alias}.d`],
  id: `${alias}.id`,
});

/** Generates a statement with guards and conditions of `@optional` in all places that there are. */
export function randomStatement(choices: Choices): RandomStatement {
  const params: Given[] = [];
  let aliases = 0;
  let isOrdered = false;
  const pick = <T>(all: readonly T[]): T => all[choices.below(all.length)] as T;
  // Not where nothing is left to draw: loops end.
  const chance = (percent: number) => choices.below(100) >= 100 - percent;

  const isOptionalStatement = chance(50);
  const newParam = (type: Given['type'], isOptional: boolean): Given => {
    const known = params.filter((one) => one.type === type && one.isOptional === isOptional);
    if (known.length > 0 && (chance(30) || params.length > 4)) return pick(known);
    const value =
      type === 'int'
        ? String(choices.below(4))
        : pick({ text: ['a', 'b', 'x', ''], boolean: ['t', 'f'], 'int[]': ['{}', '{1}', '{1,2}'] }[type]);
    const param = { name: `p${params.length}`, type, value, isOptional };
    params.push(param);
    return param;
  };
  const use =
    ({ name, type, value }: Given): Text =>
    (given) => {
      if (given === null) return `:${name}`;
      return `${given.has(name) ? `'${value}'` : 'NULL'}::${type}`;
    };

  /** A condition on a parameter. */
  const atom = (columns: Columns, param: Given): Text => {
    const value = use(param);
    switch (param.type) {
      case 'int': {
        const column = pick(columns.ints);
        return pick([
          join`${column} = ${value}`,
          join`${column} < ${value}`,
          join`${column} IS DISTINCT FROM ${value}`,
          join`${column} BETWEEN ${value} AND 2`,
          join`${column} NOT BETWEEN SYMMETRIC 1 AND ${value}`,
          join`NOT ${column} = ${value}`,
          join`${column} IN (1, ${value})`,
          join`CASE WHEN ${column} > 1 OR ${column} = ${value} THEN true ELSE ${value} > 1 END`,
          join`coalesce(${column}, ${value}) = ${value}`,
          join`(${column}, 1) >= (${value}, 1)`,
          join`(${column} + ${value}) % 2 = 0`,
          join`${column} = ANY (ARRAY[${value}, 2])`,
          join`${column}::bigint = ${value}`,
        ]);
      }
      case 'text': {
        const column = pick(columns.texts);
        return pick([
          join`${column} = ${value}`,
          join`${column} LIKE '%' || ${value}`,
          join`strpos(lower(${column}), ${value}) > 0`,
          join`${column} <> ${value} /* or this AND that */`,
          join`(${column} = ${value} OR ${column} > ${value})`,
        ]);
      }
      case 'int[]':
        return join`${pick(columns.ints)} = ANY (${value}::int[])`;
      default:
        return pick(
          columns.booleans.length === 0 ? [value] : [value, join`${pick(columns.booleans)} = ${value}`],
        );
    }
  };
  const plain = (columns: Columns): Text => {
    const all = [
      `${pick(columns.ints)} <> 1`,
      `${pick(columns.texts)} IS NOT NULL`,
      `${columns.id} BETWEEN 2 AND 9`,
      `(${columns.id} = 3 OR ${pick(columns.texts)} >= 'a')`,
      `${pick(columns.ints)} IS NULL OR true`,
    ];
    return constant(`(${pick(all)})`);
  };
  const typeFor = (columns: Columns): Given['type'] =>
    pick(columns.booleans.length > 0 ? ['int', 'int', 'text', 'boolean'] : ['int', 'int', 'text']);

  /** A test of a parameter that is more than whether it is given. */
  const test = (param: Given): Text => {
    const value = join`${use(param)}::${param.type}`;
    switch (param.type) {
      case 'int':
        return pick([join`${value} = ${pick(['1', '2'])}`, join`${value} <> 1`, join`NOT (2 = ${value})`]);
      case 'text':
        return pick([join`${value} = ${pick(["'a'", "''"])}`, join`coalesce(${value}, '') = ''`]);
      case 'boolean':
        return pick([
          value,
          join`NOT ${value}`,
          join`coalesce(${value}, false)`,
          join`${value} = true`,
          join`${value} IS NOT TRUE`,
          join`${value} is false`,
        ]);
      default:
        return pick([join`cardinality(${value}) = 0`, join`0 < cardinality(${value})`]);
    }
  };
  const switching = (columns: Columns, depth: number): Text => {
    const type = pick<Given['type']>(['int', 'text', 'boolean', 'int[]']);
    const param = newParam(type, false);
    const isUsed = type !== 'boolean' && chance(70);
    // Nothing that is optional is in it, as that would omit all of it.
    const inside = isUsed
      ? atom(columns, param)
      : depth > 0
        ? join`(${plain(columns)} AND ${switching(columns, depth - 1)})`
        : plain(columns);
    const or = pick([' OR ', ' or ']);
    switch (choices.below(9)) {
      case 0:
        return join`(${inside}${or}${test(param)})`;
      case 1:
        return join`(${use(param)}::${param.type} IS NULL${or}${test(param)}${or}${inside})`;
      case 2:
        return join`(${test(param)}${or}${inside}${or}${test(newParam('boolean', false))}${or}${plain(columns)})`;
      case 3:
        return join`NOT (${test(param)}${or}${inside})`;
      case 4:
        return join`((${test(param)} AND ${test(newParam('text', false))})${or}${inside})`;
      case 5:
        return join`CASE WHEN ${test(param)} THEN ${inside} ELSE true END`;
      case 6:
        return join`CASE WHEN ${use(param)}::${param.type} IS NULL THEN ${plain(columns)} WHEN ${test(param)} THEN NOT ${inside}${pick(['', ' ELSE false', ` ELSE ${pick(columns.ints)} > 1`])} END`;
      case 7:
        return join`NOT CASE WHEN ${test(param)} AND ${test(newParam('boolean', false))} THEN ${inside} or ${plain(columns)} ELSE TRUE END`;
      default:
        return join`(${test(param)}${or}${inside})`;
    }
  };
  const sortKey = (columns: Columns): Text => {
    const param = newParam(pick<Given['type']>(['int', 'text', 'text']), isOptionalStatement && chance(30));
    const value = join`${use(param)}::${param.type}`;
    const [one, other] = param.type === 'int' ? ['1', '2'] : ["'a'", "'b'"];
    const down = newParam('boolean', false);
    const key = () =>
      pick([...columns.ints, `${pick(columns.ints)} % 2`, `-${pick(columns.ints)}`, '2', 'NULL']);
    const written = pick([
      join`CASE WHEN ${value} = ${one} THEN ${pick(columns.texts)} END`,
      join`CASE ${value} WHEN ${one} THEN ${key()} WHEN ${other} THEN ${key()} END`,
      join`CASE ${value} WHEN ${one} THEN ${key()}::bigint WHEN ${other} THEN ${key()} ELSE ${pick(columns.ints)} END`,
      join`CASE WHEN ${value} <> ${one} AND NOT ${use(down)}::boolean THEN ${key()} ELSE ${pick(columns.ints)} END`,
      join`CASE WHEN ${value} = ${one} AND ${use(down)}::boolean THEN ${pick(columns.texts)} END`,
      join`CASE WHEN ${value} IS NULL OR ${value} = ${other} THEN ${pick(columns.ints)} END`,
    ]);
    const nulls = pick(['', '', ' NULLS FIRST', ' NULLS LAST']);
    return join`${chance(20) ? join`(${written})` : written}${pick(['', ' DESC', ' ASC'])}${nulls}`;
  };
  const sorted = (columns: Columns, last: string): Text => {
    isOrdered = true;
    let text: Text = sortKey(columns);
    while (chance(50))
      text = join`${text}${pick([', ', ',\n  '])}${chance(70) ? sortKey(columns) : pick(columns.ints)}`;
    return join` ORDER BY ${text}, ${last}`;
  };

  /** LIMIT and OFFSET, where the order of rows is told. */
  const limited = (): Text => {
    const part = (word: string, end: string): Text => {
      const param = newParam('int', isOptionalStatement && chance(70));
      const value = use(param);
      const count = pick([
        value,
        join`(${value}::int + 1)`,
        join`coalesce(${value}, 2)`,
        join`(SELECT count(*) FROM u WHERE id < ${value})`,
      ]);
      return (given) =>
        given !== null && param.isOptional && !given.has(param.name) ? '' : `${word}${count(given)}${end}`;
    };
    const offset = chance(50) ? part(' OFFSET ', '') : constant('');
    if (chance(30)) return offset;
    const forms = [
      () => join`${part(' LIMIT ', '')}${offset}`,
      () => join`${offset}${part('\nlimit ', '')}`,
      () => join`${offset}${part(' FETCH FIRST (', ') ROWS ONLY')}`,
    ];
    return pick(forms)();
  };

  const guard = (columns: Columns, depth: number): Text => {
    if (chance(40)) return switching(columns, depth);
    const param = newParam(typeFor(columns), false);
    const isNull = (one: Given): Text =>
      join`${use(one)}${pick(['::', ' :: '])}${one.type} ${pick(['IS NULL', 'is null'])}`;
    const form = choices.below(5);
    const inside =
      form !== 3 && depth > 0 && chance(30) ? join`(${condition(columns, depth - 1)})` : atom(columns, param);
    const or = pick([' OR ', ' or ', '\n    OR -- or not\n    ']);
    if (form === 0) return join`(${inside}${or}${isNull(param)})`;
    if (form === 1) {
      const other = newParam(typeFor(columns), false);
      return join`(${isNull(param)}${or}${isNull(other)}${or}${inside})`;
    }
    if (form === 2) return join`(${inside}${or}${isNull(param)}${or}${plain(columns)})`;
    // A condition with NOT is omitted as a whole by what is optional in it: only a parameter of its own is in it.
    if (form === 3) return join`NOT (${isNull(param)}${or}${inside})`;
    return join`(${isNull(param)}${or}${inside})`;
  };
  /** A condition with `@optional`: omitted if any of its parameters is. */
  const optional = (columns: Columns, depth: number): Text => {
    const used: Given[] = [];
    const one = (): Text => {
      const param = newParam(typeFor(columns), true);
      used.push(param);
      return atom(columns, param);
    };
    let text: Text = one();
    if (chance(25)) text = join`(${text} OR ${one()})`;
    if (chance(20)) text = join`NOT (${text} AND ${one()})`;
    if (depth > 0 && chance(25)) {
      const inner = `u${++aliases}`;
      text = join`EXISTS (SELECT FROM u ${inner} WHERE ${inner}.t_id = ${columns.id} AND ${text})`;
    }
    if (chance(30)) text = join`(${text})`;
    return (given) => {
      if (given === null) return text(given);
      return used.every(({ name }) => given.has(name)) ? `(${text(given)})` : 'true';
    };
  };
  /** A guard of a column that is NOT NULL, and a condition of others. */
  const coalesced = (columns: Columns): Text => {
    const param = newParam(pick<Given['type']>(['int', 'text']), false);
    const column = pick(param.type === 'int' ? [...columns.ints, columns.id] : columns.texts);
    return pick([
      join`coalesce(${use(param)}, ${column}) = ${column}`,
      join`(${column} = COALESCE (${use(param)} , ${column}))`,
    ]);
  };
  const term = (columns: Columns, depth: number): Text => {
    if (depth > 0 && chance(12)) {
      const inner = `u${++aliases}`;
      const below: Columns = { ints: [`${inner}.a`], texts: [`${inner}.k`], booleans: [], id: `${inner}.id` };
      return join`${pick(['EXISTS', 'NOT EXISTS'])} (SELECT FROM u ${inner} WHERE ${inner}.t_id = ${columns.id} AND ${guard(below, 0)})`;
    }
    if (chance(25)) return plain(columns);
    if (chance(15)) return coalesced(columns);
    return isOptionalStatement && chance(60) ? optional(columns, depth) : guard(columns, depth);
  };
  const condition = (columns: Columns, depth: number): Text => {
    let text = term(columns, depth);
    while (chance(45)) text = join`${text}${pick([' AND ', ' and ', '\n  AND '])}${term(columns, depth)}`;
    return text;
  };
  /** In a place where only guards may be. */
  const guarded = (columns: Columns): Text => guard(columns, 1);

  const t = columnsOfT('t');
  const j: Columns = { ints: ['t.a', 'u.a'], texts: ['u.k', 't.c'], booleans: ['t.d'], id: 't.id' };
  const where = (columns: Columns) => (chance(90) ? join` WHERE ${condition(columns, 1)}` : constant(''));
  const shapes: (() => Text)[] = [
    () => join`SELECT t.id, t.b FROM t${where(t)}${pick(['', ' ORDER BY t.id'])}`,
    () => join`SELECT t.id, t.b FROM t${where(t)} ORDER BY t.id${limited()}`,
    () =>
      join`SELECT s.id FROM (SELECT * FROM t${where(t)} ORDER BY id${limited()}) AS s ORDER BY id${limited()}`,
    () => join`SELECT t.id, ${guarded(t)} AS g FROM t${where(t)}`,
    () =>
      join`SELECT t.id, t.b FROM t${where(t)}${sorted(t, 't.id')}${chance(50) ? ' LIMIT 4 OFFSET 1' : limited()}`,
    () =>
      join`SELECT t.id, t.a AS b, t.c FROM t${where(t)}${sorted({ ...t, ints: ['t.a', 'b', 'id'] }, 't.id')}`,
    () =>
      join`SELECT t.a, count(*) AS n FROM t${where(t)} GROUP BY t.a${sorted({ ints: ['t.a', 'count(*)', 'max(t.b)'], texts: ['min(t.c)'], booleans: [], id: 't.a' }, 't.a')}`,
    () => join`SELECT s.id FROM (SELECT * FROM t${where(t)}${sorted(t, 'id')} LIMIT 3) AS s`,
    () => join`SELECT DISTINCT t.a FROM t${where(t)}`,
    () => join`SELECT t.id FROM t${where(t)} ORDER BY ${guarded(t)}, t.id DESC LIMIT 5`,
    () =>
      join`SELECT t.id, u.id AS other FROM t ${pick(['JOIN', 'LEFT JOIN', 'FULL JOIN', 'RIGHT JOIN'])} u ON t.id = u.t_id AND ${condition(j, 0)}${where(j)}`,
    () => join`SELECT t.id, u.id AS other FROM t JOIN u ON ${condition(j, 0)}`,
    () =>
      join`SELECT t.a, count(*) AS n FROM t${where(t)} GROUP BY t.a HAVING ${condition({ ints: ['min(t.id)', 'count(*)'], texts: ['max(t.c)'], booleans: ['bool_or(t.d)'], id: 't.a' }, 0)}`,
    () =>
      join`SELECT max(t.id) AS m FROM t HAVING ${condition({ ints: ['min(t.id)', 'count(*)'], texts: ['max(t.c)'], booleans: ['bool_or(t.d)'], id: 'max(t.id)' }, 0)}`,
    () =>
      join`SELECT 1 AS one FROM t HAVING ${guard({ ints: ['min(t.id)', 'count(*)'], texts: ['max(t.c)'], booleans: ['bool_or(t.d)'], id: 'max(t.id)' }, 0)}`,
    () => join`SELECT count(*) FILTER (WHERE ${condition(t, 0)}) AS n, sum(t.a) AS s FROM t${where(t)}`,
    () => join`WITH w AS (SELECT t.* FROM t${where(t)}) SELECT t.id, t.c FROM w t${where(t)}`,
    () => join`SELECT t.id FROM (SELECT * FROM t WHERE ${condition(t, 1)}) AS t${where(t)}`,
    () =>
      join`SELECT t.id FROM t WHERE ${condition(t, 0)} UNION ALL SELECT t.a FROM t WHERE ${condition(t, 0)}`,
    () => join`SELECT t.id, CASE WHEN ${guarded(t)} THEN 1 ELSE 2 END AS n FROM t`,
    () =>
      join`SELECT t.id, (SELECT max(u.id) FROM u WHERE u.t_id = t.id AND ${guard({ ints: ['u.a'], texts: ['u.k'], booleans: [], id: 'u.id' }, 0)}) AS n FROM t${where(t)}`,
    () => join`SELECT t.id, row_number() OVER (PARTITION BY t.a ORDER BY t.id) AS r FROM t${where(t)}`,
    () => join`SELECT t.a, ${guarded(t)} AS g FROM t GROUP BY t.a, ${guarded(t)}, t.id, t.b, t.c, t.d`,
    () => join`UPDATE t SET b = 7${where(t)} RETURNING t.id`,
    () => join`DELETE FROM t USING u WHERE t.id = u.t_id AND ${condition(j, 0)} RETURNING t.id`,
    () =>
      join`INSERT INTO u (id, t_id, a, k) SELECT t.id + 100, t.id, t.a, 'n' FROM t${where(t)} RETURNING id`,
  ];
  const text = pick(shapes)();
  return { sql: text(null), params, isOrdered, reference: text };
}
