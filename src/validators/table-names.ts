import { isIdentifier, toIdentifier } from '../codegen/identifier.ts';
import { pascalCase } from '../codegen/names.ts';

interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/** Where tools note which migrations ran. */
const historyTables =
  /^(?:public\.(?:pgmigrations|goose_db_version|schema_migrations|gorp_migrations|schema_version|_prisma_migrations)|nodrift\..*)$/;

export function isToolsTable({ schema, name }: QualifiedName): boolean {
  return historyTables.test(`${schema}.${name}`);
}

/** What the names of a table's schemas and types begin with: its name, behind its schema's where two would be the same. */
export function tableStems(tables: readonly QualifiedName[], home: string): readonly string[] {
  const count = new Map<string, number>();
  for (const { name } of tables) count.set(pascalCase(name), (count.get(pascalCase(name)) ?? 0) + 1);
  const taken = new Set<string>();
  return tables.map(({ schema, name }) => {
    const short = pascalCase(name);
    const isFree = count.get(short) === 1 || (schema === home && !taken.has(short));
    const wanted = isFree ? short : pascalCase(schema) + short;
    const usable = isIdentifier(wanted) ? wanted : toIdentifier(`Table${wanted}`);
    let stem = usable;
    for (let n = 2; taken.has(stem); n++) stem = `${usable}${n}`;
    taken.add(stem);
    return stem;
  });
}
