import type { Choices } from '../../soundness/generate/choices.ts';

/** `never` is listed everywhere and in no row: what a value outside of a list does is what it does. */
export const schema = `
  CREATE DOMAIN state AS text CHECK (VALUE IN ('a', 'b', 'never'));
  CREATE DOMAIN given AS int NOT NULL;
  CREATE TABLE t (
    id int NOT NULL, s text NOT NULL CHECK (s IN ('a', 'b', 'never')), k varchar(5) CHECK (k IN ('b', 'c', 'never')),
    n int, m int NOT NULL DEFAULT 0, tags text[] CHECK (tags <@ ARRAY['a', 'b', 'never'])
  );
  CREATE UNIQUE INDEX ON t (id);
  CREATE TABLE u (id int, s text, k varchar(5) CHECK (k IN ('a', 'never')), n int, m int NOT NULL DEFAULT 0, tags text[]);
  CREATE TABLE r (
    id int NOT NULL, s text NOT NULL CHECK (s IN ('a', 'b', 'never')), k text CHECK (k IN ('b', 'c', 'never')),
    n int NOT NULL, m int NOT NULL, tags text[]
  );
  CREATE FUNCTION repair() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.s := CASE WHEN NEW.s IN ('a', 'b', 'never') THEN NEW.s ELSE 'a' END; NEW.n := coalesce(NEW.n, 0); RETURN NEW;
  END $$;
  CREATE TRIGGER repair BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION repair();
  CREATE TABLE p (
    id int, s text NOT NULL CHECK (s IN ('a', 'b', 'never')), k state, n int, m int NOT NULL DEFAULT 0, tags text[]
  ) PARTITION BY LIST (s);
  CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a');
  CREATE TABLE p_b PARTITION OF p FOR VALUES IN ('b', 'never');
  CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.m := coalesce(NEW.m, 9); RETURN NEW; END $$;
  CREATE TRIGGER fill BEFORE INSERT ON p_b FOR EACH ROW EXECUTE FUNCTION fill();
  CREATE VIEW v AS SELECT id, s, k, n, m, tags FROM t WHERE id < 9;
`;

type Type = 'int' | 'text';
interface Source {
  readonly alias: string;
  readonly columns: readonly { readonly name: string; readonly type: Type }[];
}

const TABLES = ['t', 'u', 'r', 'p', 'v'] as const;
const COLUMNS: Source['columns'] = [
  { name: 's', type: 'text' },
  { name: 'n', type: 'int' },
  { name: 'k', type: 'text' },
  { name: 'id', type: 'int' },
  { name: 'm', type: 'int' },
];

/** The parameters by their numbers in what is generated; a statement numbers those that it has anew. */
export const PARAMETERS = ['int', 'text', 'text', 'int', 'int[]', 'text[]', 'bool', 'text'] as const;

/** Statements with a few parameters in all kinds of places. */
export function generator(choices: Choices, major: number): () => string {
  let aliases = 0;
  const alias = () => `x${aliases++}`;
  const parameter = (type: Type) =>
    type === 'int' ? choices.one('$1::int', '$4::int') : choices.one('$2::text', '$3::text', '$2::text');

  const column = (type: Type, scope: readonly Source[]): string | null => {
    const all = scope.flatMap(({ alias: of, columns }) =>
      columns.flatMap((each) => (each.type === type ? [`${of}.${each.name}`] : [])),
    );
    return all.length === 0 ? null : (all[choices.below(all.length)] ?? null);
  };
  const constant = (type: Type) =>
    type === 'int' ? choices.one('1', '2', '0') : choices.one("'a'", "'b'", "'all'", "''");
  const leaf = (type: Type, scope: readonly Source[]) =>
    choices.one(0, 1, 1, 1, 2, 2, 2) === 0
      ? constant(type)
      : ((choices.rarely(2) ? null : column(type, scope)) ?? parameter(type));

  const value = (type: Type, scope: readonly Source[], depth: number): string => {
    if (depth <= 0 || choices.below(3) > 0) return leaf(type, scope);
    const of = () => value(type, scope, depth - 1);
    switch (choices.below(9)) {
      case 0:
        return `coalesce(${of()}, ${of()})`;
      case 1:
        return `CASE WHEN ${condition(scope, depth - 1)} THEN ${of()} ELSE ${of()} END`;
      case 2:
        return `(SELECT max(${of()}) FROM ${from(scope, depth - 1, (inside) => condition(inside, depth - 1))})`;
      case 3:
        return `nullif(${of()}, ${of()})`;
      case 4:
        return type === 'int' ? `(${of()} + ${of()})` : `(${of()} || '')`;
      case 5:
        return `greatest(${of()}, ${of()})`;
      case 6:
        return type === 'int' ? `abs(${of()})` : `${of()}::varchar(1)::text`;
      case 7:
        return `CASE ${of()} WHEN ${of()} THEN ${of()} END`;
      default:
        return type === 'int' ? `($1::int)::given::int` : `(${of()})::state::text`;
    }
  };

  const condition = (scope: readonly Source[], depth: number): string => {
    const type: Type = choices.one('text', 'int');
    const of = () => value(type, scope, depth - 1);
    const sub = () => from(scope, depth - 1, (inside) => condition(inside, depth - 1));
    if (depth > 0 && choices.below(3) === 0) {
      const inner = () => condition(scope, depth - 1);
      return choices.one<() => string>(
        () => `(${inner()} AND ${inner()})`,
        () => `(${inner()} OR ${inner()})`,
        () => `NOT (${inner()})`,
        () =>
          `(${inner()}) IS ${choices.one('TRUE', 'NOT TRUE', 'FALSE', 'NOT FALSE', 'UNKNOWN', 'NOT UNKNOWN')}`,
        () => `coalesce(${inner()}, ${choices.one('false', 'true', '$7::bool')})`,
        () => `CASE WHEN ${inner()} THEN ${inner()} ELSE ${inner()} END`,
        () => `EXISTS (SELECT FROM ${sub()})`,
        () => `NOT EXISTS (SELECT FROM ${sub()})`,
        () =>
          `${of()} ${choices.one('IN', 'NOT IN', '= ANY', '> ALL', '<> ALL')} (SELECT ${of()} FROM ${sub()})`,
      )();
    }
    return choices.one<() => string>(
      () => `${of()} = ${of()}`,
      () => `${of()} = ${of()}`,
      () => `${of()} ${choices.one('<>', '<', '>=')} ${of()}`,
      () => `${of()} IN (${of()}, ${of()})`,
      () => `${of()} NOT IN (${of()}, ${of()})`,
      () => `${of()} IS ${choices.one('NULL', 'NOT NULL')}`,
      () => `${of()} IS ${choices.one('NOT DISTINCT', 'DISTINCT')} FROM ${of()}`,
      () => `${of()} ${choices.one('BETWEEN', 'NOT BETWEEN')} ${of()} AND ${of()}`,
      () => `(${of()}, ${of()}) ${choices.one('=', '<', '<>')} (${of()}, ${of()})`,
      () => `${value('text', scope, depth - 1)} ${choices.one('= ANY', '<> ALL', '= ANY')} ($6::text[])`,
      () => `${value('int', scope, depth - 1)} ${choices.one('= ANY', '<> ALL', '< ANY')} ($5::int[])`,
      () => `${value('text', scope, depth - 1)} LIKE ${value('text', scope, depth - 1)}`,
      () => '$7::bool',
      () => 'NOT $7::bool',
    )();
  };

  const source = (outer: readonly Source[], depth: number): readonly [string, Source] => {
    const name = alias();
    const table = choices.one(...TABLES);
    if (depth <= 0 || choices.below(4) > 0) return [`${table} ${name}`, { alias: name, columns: COLUMNS }];
    const columns = [
      { name: 'a', type: 'text' as const },
      { name: 'b', type: 'int' as const },
    ];
    const named = `${name} (a, b)`;
    return choices.one<() => readonly [string, Source]>(
      () => [`(${select(['text', 'int'], [], depth - 1)}) ${named}`, { alias: name, columns }],
      () => [
        `(VALUES (${value('text', [], 1)}, ${value('int', [], 1)}), ('b', $1::int)) ${named}`,
        { alias: name, columns },
      ],
      () => [`(VALUES (${value('text', [], 1)}, ${value('int', [], 1)})) ${named}`, { alias: name, columns }],
      () => [`unnest($6::text[], $5::int[]) ${named}`, { alias: name, columns }],
      () => [`unnest($6::text[]) ${name} (a)`, { alias: name, columns: columns.slice(0, 1) }],
      () => [`generate_series(1, $1::int) ${name} (b)`, { alias: name, columns: columns.slice(1) }],
      () => [`lower($2::text) ${name} (a)`, { alias: name, columns: columns.slice(0, 1) }],
      () => [`LATERAL (${select(['text', 'int'], outer, depth - 1)}) ${named}`, { alias: name, columns }],
    )();
  };

  /** FROM and, unless it is omitted, WHERE. */
  function from(
    outer: readonly Source[],
    depth: number,
    where: (scope: readonly Source[]) => string,
  ): string {
    const [first, one] = source(outer, depth);
    if (depth <= 0 || choices.below(3) > 0) return `${first} WHERE ${where([one, ...outer])}`;
    const [second, other] = source(outer, depth - 1);
    const both = [one, other, ...outer];
    const join = choices.one('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'JOIN');
    const on =
      join === 'FULL JOIN'
        ? choices.one(
            'true',
            `${one.alias}.${one.columns[0]?.name} = ${other.alias}.${other.columns[0]?.name} AND $7::bool`,
          )
        : condition(both, depth - 1);
    const filter = choices.rarely(2) ? '' : ` WHERE ${where(both)}`;
    return `${first} ${join} ${second} ON ${on}${filter}`;
  }

  function select(types: readonly Type[], outer: readonly Source[], depth: number): string {
    const plain = (): string => {
      let list: string[] = [];
      const shape = choices.below(6);
      const tail = from(outer, depth, (scope) => {
        list = types.map((type) => value(type, scope, depth - 1));
        return condition(scope, depth);
      });
      // A join without WHERE has asked for no list.
      if (list.length === 0) list = types.map((type) => value(type, outer, depth - 1));
      const names = list.map((expr, i) => `${expr} AS c${i}`).join(', ');
      if (shape === 1) {
        const aggregates = list
          .map((expr) => `max(${expr})${choices.rarely(3) ? ` FILTER (WHERE $7::bool)` : ''}`)
          .join(', ');
        return `SELECT ${aggregates} FROM ${tail}${choices.rarely(2) ? ` HAVING count(*) >= $1::int` : ''}`;
      }
      if (shape === 2) return `SELECT DISTINCT ${names} FROM ${tail}`;
      return `SELECT ${names} FROM ${tail}`;
    };
    if (depth <= 0 || choices.below(5) > 0) return plain();
    const op = choices.one('UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT');
    return `(${plain()}) ${op} (${plain()})`;
  }

  const written = (scope: readonly Source[]) => [
    value('int', scope, 1),
    value('text', scope, 1),
    value('text', scope, 1),
    value('int', scope, 1),
    value('int', scope, 1),
  ];
  const insert = (): string => {
    const table = choices.one(...TABLES);
    const into = `INSERT INTO ${table} (id, s, k, n, m)`;
    const on = choices.one(
      '',
      '',
      ` ON CONFLICT DO NOTHING`,
      table === 't'
        ? ` ON CONFLICT (id) DO UPDATE SET s = ${value('text', [{ alias: 'excluded', columns: COLUMNS }], 1)}, n = $4::int`
        : '',
    );
    return choices.one<() => string>(
      () => `${into} VALUES (${written([]).join(', ')})${on}`,
      () => `${into} VALUES (${written([]).join(', ')}), (${written([]).join(', ')})${on}`,
      () => {
        let list: readonly string[] = [];
        const tail = from([], 1, (scope) => {
          list = written(scope);
          return condition(scope, 1);
        });
        if (list.length === 0) list = written([]);
        return `${into} SELECT ${list.join(', ')} FROM ${tail}${on}`;
      },
      () =>
        `INSERT INTO ${table} (s, id, m) SELECT a, 1, 1 FROM unnest($6::text[]) y (a)${choices.one('', ` WHERE a <> $2::text`, ' JOIN t ON t.s = a')}`,
      () => `INSERT INTO ${table} (s, id, m) SELECT a, b, 1 FROM unnest($6::text[], $5::int[]) y (a, b)`,
      () => `INSERT INTO ${table} (id, s, m, tags) VALUES (1, ${value('text', [], 1)}, 1, $6::text[])`,
      () =>
        `${into} SELECT ${written([]).join(', ')}${choices.one('', ' UNION ALL SELECT 1, s, k, n, m FROM t')}`,
    )();
  };
  const update = (): string => {
    const table = choices.one(...TABLES);
    const own: Source = { alias: 'z', columns: COLUMNS };
    const [other, joined] = choices.rarely(3) ? source([], 1) : ['', null];
    const scope = joined === null ? [own] : [own, joined];
    const set = choices.one<() => string>(
      () => `s = ${value('text', scope, 1)}`,
      () => `k = ${value('text', scope, 1)}, n = ${value('int', scope, 1)}`,
      () => `s = ${value('text', scope, 1)}, m = ${value('int', scope, 1)}`,
      () => `tags = $6::text[]`,
    )();
    return `UPDATE ${table} z SET ${set}${other && ` FROM ${other}`} WHERE ${condition(scope, 1)}`;
  };
  const remove = () =>
    `DELETE FROM ${choices.one('t', 'u', 'p')} z WHERE ${condition([{ alias: 'z', columns: COLUMNS }], 1)}`;
  const merge = (): string => {
    const [using, other] = source([], 1);
    const own: Source = { alias: 'z', columns: COLUMNS };
    const both = [own, other];
    const and = (scope: readonly Source[]) => (choices.rarely(2) ? ` AND ${condition(scope, 0)}` : '');
    const actions = [
      () =>
        `WHEN MATCHED${and(both)} THEN UPDATE SET s = ${value('text', both, 1)}, m = ${value('int', both, 0)}`,
      () =>
        `WHEN NOT MATCHED${and([other])} THEN INSERT (id, s, m) VALUES (${value('int', [other], 0)}, ${value('text', [other], 0)}, 1)`,
      () => `WHEN MATCHED${and(both)} THEN DO NOTHING`,
      ...(major >= 17
        ? [() => `WHEN NOT MATCHED BY SOURCE${and([own])} THEN UPDATE SET s = ${value('text', [own], 0)}`]
        : []),
    ];
    const chosen = actions.filter(() => choices.below(2) === 0).map((action) => action());
    return `MERGE INTO ${choices.one('t', 'r', 'p')} z USING ${using.replace('LATERAL ', '')} ON ${condition(both, 0)} ${chosen.length === 0 ? 'WHEN MATCHED THEN DELETE' : chosen.join(' ')}`;
  };
  const write = () => choices.one(insert, insert, update, update, remove, major >= 15 ? merge : update)();

  return () => {
    switch (choices.below(10)) {
      case 0:
      case 1:
      case 2:
        return write();
      case 3:
        return `WITH w AS (${insert()}) ${choices.one(() => select(['text', 'int'], [], 1), insert, update)()}`;
      case 4:
        return `WITH w (a, b) AS (${select(['text', 'int'], [], 1)}) SELECT w.a, w.b FROM w ${choices.one('', 'JOIN t ON t.s = w.a', 'RIGHT JOIN t ON t.s = w.a')}`;
      case 5:
        return `WITH RECURSIVE w (a, b) AS ((${select(['text', 'int'], [], 1)}) UNION SELECT t.s, t.n FROM t JOIN w ON t.s = w.a${choices.one('', ' AND t.n < $1::int')}) SELECT a, b FROM w`;
      case 6:
        return `${select(['text', 'int'], [], 2)} ORDER BY CASE WHEN $8::text = 'up' THEN 1 END, 1, 2`;
      default:
        return select(['text', 'int'], [], 2);
    }
  };
}
