import type { Choices } from './choices.ts';
import { expression } from './expression.ts';
import { extra } from './extras.ts';
import { type Union, withKinds } from './kinds.ts';
import { modification } from './modification.ts';
import { ordering } from './ordering.ts';
import type { Schema } from './schema.ts';
import type { Field, Scope } from './scope.ts';
import { source } from './source.ts';
import { fieldsOfPair, type Type } from './table.ts';

/** A query with the names and types of its columns. */
export interface Generated {
  readonly sql: string;
  readonly columns: readonly Field[];
  /** Where it is one. */
  readonly union?: Union;
}

/** Draws queries over a schema from choices. */
export class QueryGenerator {
  private names = 0;
  /** For each `$n`: its values on the sets of data. */
  readonly params: (readonly (string | null)[])[] = [];
  constructor(
    readonly choices: Choices,
    readonly schema: Schema,
    readonly major: number,
  ) {}

  name(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  /** A parameter, which is NULL on some sets of data. */
  param(type: Type): string {
    const [first = null, second = null] = {
      int: ['1', '2'],
      text: ['a', ''],
      bool: ['t', 'f'],
      'int[]': ['{1,NULL}', '{}'],
      'text[]': ['{a,NULL}', '{}'],
      float8: ['2', 'NaN'],
      numeric: ['2.50', 'NaN'],
      timestamp: ['2024-01-01', 'infinity'],
      pair: ['(1,)', '(,)'],
      jsonb: ['{"a": null}', 'null'],
    }[type];
    this.params.push(this.choices.one([null, first, second], [first, null, second], [first, second, null]));
    return `$${this.params.length}::${type}`;
  }

  /** An expression of a type, at most `depth` deep. */
  expression(scope: Scope, type: Type, depth: number): string {
    return expression(scope, type, depth);
  }

  /** A statement: mostly a SELECT, sometimes one that writes. */
  statement(): string {
    const { choices } = this;
    if (choices.rarely(6)) return modification(this).sql;
    if (choices.rarely(20)) {
      const { sql, columns } = modification(this);
      const main = this.select([], [{ name: 'changed', columns }], 1, null);
      return `WITH changed AS (${sql}) ${main.sql}`;
    }
    const { sql, union } = this.query([], [], choices.rarely(8) ? 3 : 2, null);
    if (union !== undefined) return withKinds(union, this.names);
    return choices.rarely(30) ? `${sql} FOR ${choices.one('UPDATE', 'SHARE')}` : sql;
  }

  /**
   * @param outer columns of the queries around, which it may refer to
   * @param withs WITH queries in sight
   * @param types of the columns that it must have; null: any
   */
  query(
    outer: readonly Field[],
    withs: readonly With[],
    depth: number,
    types: readonly Type[] | null,
  ): Generated {
    const { choices } = this;
    if (depth > 1 && choices.rarely(7)) return this.withQuery(outer, withs, depth, types);
    if (depth > 0 && choices.rarely(6)) return this.setOperation(outer, withs, depth, types);
    return this.select(outer, withs, depth, types);
  }

  private withQuery(
    outer: readonly Field[],
    withs: readonly With[],
    depth: number,
    types: readonly Type[] | null,
  ): Generated {
    const name = this.name('w');
    if (this.choices.rarely(3)) {
      const other = this.types(types);
      const first = this.query(outer, withs, depth - 2, ['int', ...other]);
      const columns = first.columns.map(({ type }) => ({ ref: this.name('c'), type }));
      const own: With = { name, columns };
      const counter = columns[0]?.ref ?? '';
      const second = this.select(outer, [...withs, own], depth - 2, ['int', ...other], {
        item: `${name} r0`,
        fields: columns.map(({ ref, type }) => ({ ref: `r0.${ref}`, type })),
        limit: `r0.${counter} < 3`,
        first: `r0.${counter} + 1`,
      });
      const main = this.select(outer, [...withs, own], depth - 1, types);
      return {
        sql: `WITH RECURSIVE ${name}(${columns.map(({ ref }) => ref).join(', ')}) AS (${first.sql} UNION ${second.sql}) ${main.sql}`,
        columns: main.columns,
      };
    }
    const inner = this.query(outer, withs, depth - 1, null);
    const main = this.query(outer, [...withs, { name, columns: inner.columns }], depth - 1, types);
    const how = this.choices.one('', '', 'MATERIALIZED ', 'NOT MATERIALIZED ');
    return main.sql.startsWith('WITH ')
      ? main.sql.startsWith('WITH RECURSIVE')
        ? { ...main, sql: `WITH RECURSIVE ${name} AS ${how}(${inner.sql}), ${main.sql.slice(15)}` }
        : { ...main, sql: `WITH ${name} AS ${how}(${inner.sql}), ${main.sql.slice(5)}` }
      : { ...main, sql: `WITH ${name} AS ${how}(${inner.sql}) ${main.sql}` };
  }

  private setOperation(
    outer: readonly Field[],
    withs: readonly With[],
    depth: number,
    types: readonly Type[] | null,
  ): Generated {
    const wanted = this.types(types);
    const left = this.query(outer, withs, depth - 1, wanted);
    const right = this.choices.rarely(4)
      ? this.values(outer, withs, wanted)
      : this.query(outer, withs, depth - 1, wanted);
    const operation = this.choices.one(
      'UNION ALL',
      'UNION',
      'INTERSECT',
      'EXCEPT',
      'INTERSECT ALL',
      'EXCEPT ALL',
    );
    const union = operation.startsWith('UNION') && { left: left.sql, operation, right: right.sql };
    return {
      sql: `(${left.sql}) ${operation} (${right.sql})`,
      columns: left.columns,
      ...(union && { union }),
    };
  }

  private values(outer: readonly Field[], withs: readonly With[], types: readonly Type[]): Generated {
    const scope: Scope = {
      generator: this,
      fields: [],
      outer,
      withs,
      depth: 0,
      aggregates: null,
      windows: false,
    };
    const row = () => `(${types.map((type) => expression(scope, type, 1)).join(', ')})`;
    return { sql: `VALUES ${row()}, ${row()}`, columns: [] };
  }

  /** Of many columns only some, so that conditions and results are about the same ones. */
  private few(fields: readonly Field[]): readonly Field[] {
    if (fields.length <= 3) return fields;
    const start = this.choices.below(fields.length);
    return [...fields, ...fields].slice(start, start + 3 + this.choices.below(2));
  }

  types(types: readonly Type[] | null): readonly Type[] {
    if (types !== null) return types;
    const found: Type[] = [];
    const count = 1 + this.choices.below(3);
    for (let i = 0; i < count; i++)
      found.push(
        this.choices.one<Type>(
          'int',
          'text',
          'bool',
          'int',
          'int[]',
          'text',
          'jsonb',
          'int',
          'pair',
          'text[]',
          'float8',
          'numeric',
          'timestamp',
        ),
      );
    return found;
  }

  private select(
    outer: readonly Field[],
    withs: readonly With[],
    depth: number,
    types: readonly Type[] | null,
    recursive?: { item: string; fields: readonly Field[]; limit: string; first: string },
  ): Generated {
    const { choices } = this;
    const all = this.from(outer, withs, depth, recursive);
    const from = { sql: all.sql, fields: recursive ? all.fields : this.few(all.fields) };
    const scope: Scope = {
      generator: this,
      fields: from.fields,
      outer,
      withs,
      depth,
      aggregates: null,
      windows: false,
    };
    const conditions: string[] = recursive ? [recursive.limit] : [];
    const [id, ...ids] = from.fields.filter(({ ref }) => /^f\d+\.id$/.test(ref));
    // What a key fixes is one row.
    if (id !== undefined && choices.rarely(5))
      conditions.push(`${choices.one(id, ...ids).ref} = ${choices.one('1', this.param('int'), '2')}`);
    if (choices.below(3) > 0) conditions.push(expression(scope, 'bool', choices.one(1, 2)));
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map((c) => `(${c})`).join(' AND ')}`;
    const grouped = recursive ? 0 : choices.below(5);
    if (grouped === 3) return this.grouped(scope, from.sql, where, types);
    if (grouped === 4) {
      const inner: Scope = { ...scope, fields: [], aggregates: scope };
      const list = this.list(inner, this.types(types));
      const having = choices.rarely(4) ? ` HAVING ${expression(inner, 'bool', 1)}` : '';
      const more = types === null && choices.rarely(6) ? `, ${extra(inner)}` : '';
      return {
        sql: `SELECT ${list.sql}${more} FROM ${from.sql}${where}${having || this.needsAggregate(list.sql)}`,
        columns: list.columns,
      };
    }
    const windows = !recursive && choices.rarely(4);
    const list = this.list({ ...scope, windows }, this.types(types), recursive?.first);
    const distinct = !recursive && choices.rarely(8) ? choices.one('DISTINCT ', 'DISTINCT ON (1) ') : '';
    const more = types === null && distinct !== 'DISTINCT ' && choices.rarely(5) ? `, ${extra(scope)}` : '';
    const fromClause = from.sql === '' ? '' : ` FROM ${from.sql}`;
    const last = recursive ? '' : ordering(scope, distinct !== '');
    return {
      sql: `SELECT ${distinct}${list.sql}${more}${fromClause}${where}${last}`,
      columns: list.columns,
    };
  }

  /** So that a list without an aggregate is one of a group all the same. */
  private needsAggregate(list: string): string {
    return /\b(count|sum|min|max|array_agg|bool_and|bool_or|string_agg|jsonb_agg|jsonb_object_agg|stddev|mode|rank|percentile_disc|percentile_cont|corr|variance|var_pop|avg|json_agg)\(/.test(
      list,
    )
      ? ''
      : ' HAVING true';
  }

  private grouped(scope: Scope, from: string, where: string, types: readonly Type[] | null): Generated {
    const wanted = this.types(types);
    const { choices } = this;
    const keys: Field[] = [];
    const count = 1 + choices.below(2);
    for (let i = 0; i < count && scope.fields.length > 0; i++) {
      const field = choices.one(...(scope.fields as [Field, ...Field[]]));
      if (!keys.some(({ ref }) => ref === field.ref)) keys.push(field);
    }
    const computed = choices.rarely(4) ? expression({ ...scope, outer: [], depth: 0 }, 'int', 1) : null;
    if (computed !== null && !/^\(?-?\d+\)?$/.test(computed))
      keys.push({ ref: `(${computed})`, type: 'int' });
    if (keys.length === 0) return this.select(scope.outer, scope.withs, 0, wanted);
    const refs = keys.map(({ ref }) => ref);
    const [first = '', ...others] = refs;
    const by = choices.one(
      refs.join(', '),
      refs.join(', '),
      `ROLLUP (${refs.join(', ')})`,
      `CUBE (${refs.join(', ')})`,
      `GROUPING SETS ((${refs.join(', ')}), (${first}))`,
      `GROUPING SETS (${refs.map((ref) => `(${ref})`).join(', ')})`,
      others.length > 0 ? `${first}, ROLLUP (${others.join(', ')})` : `ROLLUP (${first})`,
    );
    const inner: Scope = { ...scope, fields: keys, aggregates: scope, windows: choices.rarely(5) };
    const list = this.list(inner, wanted);
    const having = choices.rarely(3) ? ` HAVING ${expression({ ...inner, windows: false }, 'bool', 2)}` : '';
    const more = choices.rarely(6) ? `, GROUPING(${first})` : '';
    const last = ordering({ ...inner, windows: false }, false);
    return {
      sql: `SELECT ${list.sql}${types === null ? more : ''} FROM ${from}${where} GROUP BY ${by}${having}${last}`,
      columns: list.columns,
    };
  }

  list(scope: Scope, wanted: readonly Type[], first?: string): Generated {
    const columns: Field[] = [];
    const parts = wanted.map((type, i) => {
      const name = this.name('c');
      columns.push({ ref: name, type });
      const value = i === 0 && first !== undefined ? first : expression(scope, type, 2);
      return `${value} AS ${name}`;
    });
    return { sql: parts.join(', '), columns };
  }

  private from(
    outer: readonly Field[],
    withs: readonly With[],
    depth: number,
    recursive?: { item: string; fields: readonly Field[] },
  ): { sql: string; fields: readonly Field[] } {
    const { choices } = this;
    if (recursive) {
      if (choices.below(2) === 0) return { sql: recursive.item, fields: recursive.fields };
      const other = this.item(outer, [], Math.min(depth, 1), recursive.fields);
      const condition = this.joinCondition(outer, withs, recursive.fields, other.fields, false);
      return {
        sql: `${recursive.item} ${choices.one('JOIN', 'LEFT JOIN')} ${other.sql} ON ${condition}`,
        fields: [...recursive.fields, ...other.fields],
      };
    }
    let found = this.item(outer, withs, depth, null);
    const joins = choices.one(0, 1, 1, 2);
    for (let i = 0; i < joins; i++) found = this.join(found, outer, withs, depth);
    if (choices.rarely(6)) {
      const other = this.item(outer, withs, depth - 1, found.fields);
      return { sql: `${found.sql}, ${other.sql}`, fields: [...found.fields, ...other.fields] };
    }
    return found;
  }

  private join(left: Item, outer: readonly Field[], withs: readonly With[], depth: number): Item {
    const { choices } = this;
    const kind = choices.one(
      'JOIN',
      'LEFT JOIN',
      'LEFT JOIN',
      'RIGHT JOIN',
      'FULL JOIN',
      'JOIN',
      'LEFT JOIN',
      'RIGHT JOIN',
      'FULL JOIN',
      'CROSS JOIN',
    );
    const lateral = kind === 'JOIN' || kind === 'LEFT JOIN' || kind === 'CROSS JOIN' ? left.fields : null;
    // A side may be a join itself.
    let right = this.item(outer, withs, depth - 1, lateral);
    if (depth > 1 && choices.rarely(4))
      right = this.parenthesised(this.join({ ...right }, outer, withs, depth - 1));
    if (kind !== 'CROSS JOIN' && choices.rarely(5)) {
      const merged = this.using(left, right, kind);
      if (merged !== null) return merged;
    }
    const fields = [...left.fields, ...right.fields];
    if (kind === 'CROSS JOIN') return { sql: `${left.sql} CROSS JOIN ${right.sql}`, fields };
    const condition = this.joinCondition(
      outer,
      withs,
      left.fields,
      right.fields,
      kind === 'FULL JOIN',
      depth,
    );
    return { sql: `${left.sql} ${kind} ${right.sql} ON ${condition}`, fields };
  }

  private parenthesised(item: Item): Item {
    return / j\d+$/.test(item.sql) ? item : { ...item, sql: `(${item.sql})` };
  }

  /** Joined by a column that both sides have, under a name of its own, so that the merged column can be told. */
  private using(left: Item, right: Item, kind: string): Item | null {
    if (!/^t\d f\d+$/.test(left.sql) || !/^t\d f\d+$/.test(right.sql)) return null;
    const name = this.name('j');
    const bare = (fields: readonly Field[]) =>
      fields.map(({ ref, type }) => ({ ref: ref.slice(ref.indexOf('.') + 1), type }));
    const all = [...bare(left.fields), ...bare(right.fields)].filter(
      ({ ref }) => ref !== 'id' && !ref.startsWith('pair'),
    );
    const single = all.filter(({ ref }) => all.filter((other) => other.ref === ref).length === 1);
    const fields = [{ ref: 'id', type: 'int' as const }, ...single].map(({ ref, type }) => ({
      ref: `${name}.${ref}`,
      type,
    }));
    const joined = this.choices.rarely(3)
      ? `${left.sql} NATURAL ${kind} ${right.sql}`
      : `${left.sql} ${kind} ${right.sql} USING (id)`;
    return { sql: `(${joined}) ${name}`, fields };
  }

  private joinCondition(
    outer: readonly Field[],
    withs: readonly With[],
    left: readonly Field[],
    right: readonly Field[],
    full: boolean,
    depth = 0,
  ): string {
    const { choices } = this;
    const a = left.filter(({ type }) => type === 'int');
    const b = right.filter(({ type }) => type === 'int');
    const one = (fields: readonly Field[]) => choices.one(...(fields as [Field, ...Field[]])).ref;
    const equality = a[0] && b[0] ? `${one(a)} = ${one(b)}` : 'true';
    if (full) return equality;
    const scope: Scope = {
      generator: this,
      fields: [...left, ...right],
      outer,
      withs,
      depth: depth - 1,
      aggregates: null,
      windows: false,
    };
    switch (choices.below(4)) {
      case 0:
      case 1:
        return equality;
      case 2:
        return `${equality} AND ${expression(scope, 'bool', 1)}`;
      default:
        return expression(scope, 'bool', 2);
    }
  }

  /** @param lateral columns to the left that it may refer to; null where it may not */
  item(
    outer: readonly Field[],
    withs: readonly With[],
    depth: number,
    lateral: readonly Field[] | null,
  ): Item {
    const { choices, schema } = this;
    const alias = this.name('f');
    const named = (fields: readonly Field[]) =>
      fields.map(({ ref, type }) => ({ ref: `${alias}.${ref}`, type }));
    const kind = depth <= 0 ? 0 : choices.below(9);
    if (kind >= 4 && kind <= 6) {
      const sees = lateral !== null && choices.below(2) === 1;
      const inner = this.query(sees ? [...outer, ...lateral] : outer, withs, depth - 1, null);
      return { sql: `${sees ? 'LATERAL ' : ''}(${inner.sql}) ${alias}`, fields: named(inner.columns) };
    }
    if (kind === 7 && withs.length > 0) {
      const one = choices.one(...(withs as [With, ...With[]]));
      return { sql: `${one.name} ${alias}`, fields: named(one.columns) };
    }
    if (kind === 8) {
      const { sql, names, columns } = source(this, lateral ?? []);
      return { sql: `${sql} ${alias}${names}`, fields: named(columns) };
    }
    const table = choices.one(
      ...(schema.tables as [Schema['tables'][number], ...Schema['tables'][number][]]),
    );
    const only = choices.rarely(12) ? 'ONLY ' : '';
    const sample =
      /^t/.test(table.name) && choices.rarely(40) ? ' TABLESAMPLE bernoulli (50) REPEATABLE (1)' : '';
    return {
      sql: `${only}${table.name} ${alias}${sample}`,
      fields: [
        ...named(table.columns.map(({ name, type }) => ({ ref: name, type }))),
        ...fieldsOfPair(table, alias),
      ],
    };
  }
}

export interface With {
  readonly name: string;
  readonly columns: readonly Field[];
}

interface Item {
  readonly sql: string;
  readonly fields: readonly Field[];
}
