import type { Operation } from '../../analysis/analysed-query.ts';
import type { Reference, Rules, TableLink } from './rules.ts';

/** An operation that a statement causes. */
export interface Caused extends Operation {
  /**
   * - statement: one of its own
   * - partition: on the rows of a table's partition, or of one that inherits from it
   * - action: of a foreign key, ON DELETE or ON UPDATE
   */
  readonly by: 'statement' | 'partition' | 'action';
}

/** What operations cause further ones. */
export type Causes = Pick<Rules, 'references' | 'children'>;

/**
 * The operations, and all that they cause by foreign keys' actions and on partitions, each once. Triggers' own
 * statements are not among them.
 */
export function causedBy(operations: readonly Operation[], causes: Causes): readonly Caused[] {
  const found = new Map<string, Caused>();
  const waiting: Caused[] = operations.map((one) => ({ ...one, by: 'statement' }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { event, schema, table, columns } = next;
    const key = JSON.stringify([event, schema, table, columns]);
    // What the statement does itself was pushed first, so it comes last and stays.
    if (found.has(key) && next.by !== 'statement') continue;
    const known = found.has(key);
    found.set(key, next);
    if (!known) waiting.push(...actionsOf(next, causes.references), ...onChildren(next, causes.children));
  }
  return [...found.values()];
}

function actionsOf(
  { event, schema, table, columns }: Caused,
  references: readonly Reference[],
): readonly Caused[] {
  if (event === 'insert') return [];
  return references.flatMap((key): Caused[] => {
    if (key.referencedSchema !== schema || key.referencedTable !== table) return [];
    if (event === 'update' && !key.referencedColumns.some((column) => columns.includes(column))) return [];
    const action = event === 'delete' ? key.onDelete : key.onUpdate;
    if (action === 'none') return [];
    const to = { schema: key.schema, table: key.table, by: 'action' as const };
    return event === 'delete' && action === 'cascade'
      ? [{ ...to, event: 'delete', columns: [] }]
      : [{ ...to, event: 'update', columns: key.columns }];
  });
}

function onChildren(operation: Caused, children: readonly TableLink[]): readonly Caused[] {
  const { event, schema, table, columns } = operation;
  return children.flatMap((link): Caused[] => {
    if (link.schema !== schema || link.table !== table) return [];
    if (event === 'insert' && !link.isPartition) return [];
    const to = { schema: link.childSchema, table: link.childTable, columns, by: 'partition' as const };
    // A row whose key changes moves: it is deleted from one partition and inserted into another.
    const moves =
      event === 'update' && link.isPartition && link.keyColumns.some((key) => columns.includes(key));
    const events = moves ? (['update', 'insert', 'delete'] as const) : [event];
    return events.map((one) => ({ ...to, event: one }));
  });
}
