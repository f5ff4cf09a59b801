import type { Schema, SchemaObject } from './schema-object.ts';

/**
 * A schema as text that is the same wherever the schema is: a paragraph for each object in the order of the names,
 * what belongs to a table below it, a line for each fact.
 */
export function schemaText(schema: Schema): string {
  const whole = new Set(schema.filter(({ table }) => table === null).map(({ name }) => name));
  const partsOf = new Map<string, SchemaObject[]>();
  const heads: SchemaObject[] = [];
  for (const object of schema) {
    const { table } = object;
    if (table === null || !whole.has(table)) heads.push(object);
    else partsOf.set(table, [...(partsOf.get(table) ?? []), object]);
  }
  return heads
    .map((head) => [
      ...paragraph(head, ''),
      ...(partsOf.get(head.name) ?? []).flatMap((part) => paragraph(part, '  ')),
    ])
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function paragraph({ kind, name, facts }: SchemaObject, indent: string): readonly string[] {
  return [
    `${indent}${kind} ${name}`,
    ...Object.entries(facts).flatMap(([fact, value]) => factLines(fact, value, `${indent}  `)),
  ];
}

function factLines(fact: string, value: string, indent: string): readonly string[] {
  const lines = value.split(/\r\n|\r|\n/);
  if (lines.length === 1) return [`${indent}${fact}: ${value}`];
  return [`${indent}${fact}:`, ...lines.map((line) => `${indent}  ${line}`.trimEnd())];
}
