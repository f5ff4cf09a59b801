import type { Client } from 'pg';
import { bindings } from './bindings.ts';
import type {
  Attribute,
  Catalog,
  Check,
  ForeignKey,
  FunctionEntry,
  Lookup,
  OperatorEntry,
  Policy,
  Relation,
  TypeEntry,
  UniqueKey,
} from './catalog.ts';
import { type CatalogQueries, catalogQueries } from './queries.ts';
import { grouped, number, numbers, type Row, textOrEmpty } from './rows.ts';
import { parseStringBodies } from './string-bodies.ts';

/**
 * Loads the catalogs in one round trip, and the bodies of the user's functions that are strings in some more.
 *
 * @param system OIDs below 16384 of the relations that the queries name: the system schemas are only
 *   loaded as far as they are used
 * @param violations whether to load what only violations are told from
 */
export async function loadCatalog(
  client: Client,
  system: readonly number[],
  violations = true,
): Promise<Catalog> {
  const { version, release, encoding } = await serverSettings(client);
  const queries = catalogQueries(version, system, violations);
  const names = Object.keys(queries) as (keyof CatalogQueries)[];
  // Several statements in one simple query: pg gives one result for each. Text only, so that the
  // program's own type parsers have no say.
  const results = (await client.query({
    text: names.map((name) => queries[name]).join(';\n'),
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  })) as unknown as readonly { readonly rows: readonly Row[] }[];
  const rows = (name: keyof CatalogQueries) => results[names.indexOf(name)]?.rows ?? [];
  return {
    version,
    release,
    encoding,
    types: types(rows('types'), rows('enums'), rows('ranges'), rows('constraints')),
    relations: relations(rows),
    functions: await functions(client, rows('functions')),
    extensionFunctions: new Map(
      rows('extensionFunctions').map(([oid, name]) => [number(oid), textOrEmpty(name)]),
    ),
    operators: lookup(rows('operators'), operator),
    equality: grouped(
      rows('equality'),
      ([operator]) => number(operator),
      ([, family]) => number(family),
    ),
    bindings: violations ? bindings(rows) : null,
    jsonCasts: new Set(rows('jsonCasts').map(([oid]) => number(oid))),
    nondeterministic: new Set(rows('nondeterministic').map(([oid]) => number(oid))),
  };
}

async function serverSettings(client: Client) {
  const { rows } = await client.query<{ version: string; release: string; encoding: string }>(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_version') AS release,
      current_setting('server_encoding') AS encoding`,
  );
  const { version, release = 'unknown', encoding = '' } = rows[0] ?? {};
  return { version: Number(version), release, encoding };
}

function types(
  all: readonly Row[],
  enums: readonly Row[],
  ranges: readonly Row[],
  constraints: readonly Row[],
) {
  const labels = grouped(
    enums,
    ([type]) => number(type),
    ([, label]) => textOrEmpty(label),
  );
  const labelOids = grouped(
    enums,
    ([type]) => number(type),
    ([, , oid]) => number(oid),
  );
  const subtypes = new Map<number, number>();
  for (const [range, subtype, multirange] of ranges) {
    subtypes.set(number(range), number(subtype));
    subtypes.set(number(multirange), number(range));
  }
  const checks = grouped(
    constraints.filter(([, type, , kind, , , , holds]) => type !== '0' && kind === 'c' && holds === 't'),
    ([, type]) => number(type),
    (row) => ({ name: textOrEmpty(row[2]), condition: textOrEmpty(row[9]) }),
  );
  const found = new Map<number, TypeEntry>();
  for (const row of all) {
    const [oid, schema, name, visible, kind, notNull, base, element, array, relation, modifier, delimiter] =
      row;
    const id = number(oid);
    found.set(id, {
      oid: id,
      schema: textOrEmpty(schema),
      name: textOrEmpty(name),
      visible: visible === 't',
      kind: textOrEmpty(kind),
      notNull: notNull === 't',
      base: number(base),
      baseModifier: number(modifier),
      element: number(element),
      array: number(array),
      relation: number(relation),
      delimiter: textOrEmpty(delimiter),
      labels: labels.get(id) ?? [],
      labelOids: labelOids.get(id) ?? [],
      subtype: subtypes.get(id) ?? 0,
      checks: checks.get(id) ?? [],
    });
  }
  return found;
}

function relations(rows: (name: keyof CatalogQueries) => readonly Row[]) {
  const columns = grouped(rows('attributes'), ([relation]) => number(relation), attribute);
  const children = grouped(
    rows('inheritance'),
    ([parent]) => number(parent),
    ([, child]) => number(child),
  );
  const keys = grouped(rows('indexes'), ([relation]) => number(relation), uniqueKey);
  const constraints = rows('constraints').filter(([relation]) => relation !== '0');
  const foreignKeys = grouped(
    constraints.filter(([, , , kind]) => kind === 'f'),
    ([relation]) => number(relation),
    foreignKey,
  );
  const checks = grouped(
    constraints.filter(([, , , kind, , , , holds]) => kind === 'c' && holds === 't'),
    ([relation]) => number(relation),
    (row): Check => ({
      name: textOrEmpty(row[2]),
      condition: textOrEmpty(row[9]),
      noInherit: row[10] === 't',
    }),
  );
  const triggers = grouped(
    rows('triggers'),
    ([relation]) => number(relation),
    ([, type, body]) => ({ type: number(type), body: body ?? null }),
  );
  const definitions = new Map<number, string>();
  const rules = new Map<number, string[]>();
  for (const [relation, name, event, action] of rows('rules')) {
    const id = number(relation);
    if (name === '_RETURN') definitions.set(id, textOrEmpty(action));
    else rules.set(id, [...(rules.get(id) ?? []), textOrEmpty(event)]);
  }
  const policies = grouped(rows('policies'), ([relation]) => number(relation), policy);
  const found = new Map<number, Relation>();
  for (const [oid, schema, name, kind, rowSecurity, forced, invoker, bypasses] of rows('relations')) {
    const id = number(oid);
    found.set(id, {
      oid: id,
      schema: textOrEmpty(schema),
      name: textOrEmpty(name),
      kind: textOrEmpty(kind),
      columns: new Map((columns.get(id) ?? []).map((column) => [column.number, column])),
      children: children.get(id) ?? [],
      keys: keys.get(id) ?? [],
      foreignKeys: foreignKeys.get(id) ?? [],
      checks: checks.get(id) ?? [],
      triggers: (triggers.get(id) ?? []).map(({ type }) => type),
      triggerBodies: (triggers.get(id) ?? []).map(({ body }) => body),
      rules: rules.get(id) ?? [],
      definition: definitions.get(id) ?? null,
      rowSecurity: rowSecurity === 't',
      forcedRowSecurity: forced === 't',
      policies: policies.get(id) ?? [],
      invoker: invoker === 't',
      ownerBypasses: bypasses === 't',
    });
  }
  return found;
}

function attribute(row: Row): Attribute {
  const [, attnum, name, type, notNull, hasDefault, generated, identity, expression, comment, modifier] = row;
  return {
    number: number(attnum),
    name: textOrEmpty(name),
    type: number(type),
    typeModifier: number(modifier),
    notNull: notNull === 't',
    hasDefault: hasDefault === 't',
    generated: generated ?? '',
    identity: identity ?? '',
    expression: expression ?? null,
    comment: comment ?? null,
  };
}

function policy([, command, permissive, forAll, using, check]: Row): Policy {
  return {
    command: textOrEmpty(command),
    permissive: permissive === 't',
    forAll: forAll === 't',
    using: using ?? null,
    check: check ?? null,
  };
}

function uniqueKey(row: Row): UniqueKey {
  const [, name, columns, primary, predicate, immediate, nullsNotDistinct, families, collations] = row;
  const [expressions, exclusion] = row.slice(9);
  return {
    name: textOrEmpty(name),
    columns: numbers(columns),
    primary: primary === 't',
    predicate: predicate ?? null,
    immediate: immediate === 't',
    nullsNotDistinct: nullsNotDistinct === 't',
    families: numbers(families),
    collations: numbers(collations),
    expressions: expressions ?? null,
    exclusion: exclusion ? numbers(exclusion) : null,
  };
}

function foreignKey([
  ,
  ,
  name,
  ,
  columns,
  references,
  referencedColumns,
  holds,
  deferrable,
  ,
  ,
  onUpdate,
  onDelete,
  disabled,
]: Row): ForeignKey {
  return {
    name: textOrEmpty(name),
    columns: numbers(columns),
    references: number(references),
    referencedColumns: numbers(referencedColumns),
    holds: holds === 't' && deferrable === 'f' && disabled === 'f',
    onUpdate: textOrEmpty(onUpdate),
    onDelete: textOrEmpty(onDelete),
  };
}

/** Makes entries of rows, which begin with their OIDs, when they are asked for: of the thousands that are built in, few are. */
function lookup<T>(rows: readonly Row[], make: (row: Row) => T): Lookup<T> {
  const byOid = new Map<number, Row>();
  for (const row of rows) byOid.set(number(row[0]), row);
  const made = new Map<number, T>();
  return {
    get(oid) {
      const known = made.get(oid);
      if (known !== undefined) return known;
      const row = byOid.get(oid);
      if (row === undefined) return undefined;
      const entry = make(row);
      made.set(oid, entry);
      return entry;
    },
  };
}

function functionEntry(row: Row): FunctionEntry {
  const [oid, schema, name, kind, strict, returnsSet, volatility, resultType, args, variadic] = row;
  const [body, defaults, modes, settings, stringBody, definer] = row.slice(10);
  return {
    oid: number(oid),
    schema: textOrEmpty(schema),
    name: textOrEmpty(name),
    kind: textOrEmpty(kind),
    strict: strict === 't',
    returnsSet: returnsSet === 't',
    volatility: textOrEmpty(volatility),
    resultType: number(resultType),
    argumentTypes: numbers(args),
    defaults: defaults ?? null,
    variadic: number(variadic),
    columns: outColumns(modes),
    body: body ?? null,
    stringBody: stringBody === 't',
    settings: settings ? JSON.parse(settings) : [],
    definer: definer === 't',
  };
}

// Where a row says that its body is a string.
const STRING_BODY = 14;

async function functions(client: Client, rows: readonly Row[]): Promise<Lookup<FunctionEntry>> {
  const strings = rows.filter((row) => row[STRING_BODY] === 't').map(functionEntry);
  const bodies = strings.length === 0 ? null : await parseStringBodies(client, strings);
  return lookup(rows, (row) => {
    const entry = functionEntry(row);
    return entry.stringBody ? { ...entry, body: bodies?.get(entry.oid) ?? null } : entry;
  });
}

/** OUT (o), INOUT (b) and TABLE (t) arguments of `pg_proc.proargmodes`. */
function outColumns(modes: string | null | undefined): FunctionEntry['columns'] {
  if (modes === null || modes === undefined) return null;
  const all: readonly (readonly [mode: string, type: number, name: string])[] = JSON.parse(modes);
  const out = all.filter(([mode]) => mode === 'o' || mode === 'b' || mode === 't');
  return out.length === 0 ? null : out.map(([, type, name]) => ({ name, type }));
}

function operator([oid, schema, name, code, negator, left, right]: Row): OperatorEntry {
  return {
    oid: number(oid),
    schema: textOrEmpty(schema),
    name: textOrEmpty(name),
    function: number(code),
    negator: number(negator),
    left: number(left),
    right: number(right),
  };
}
