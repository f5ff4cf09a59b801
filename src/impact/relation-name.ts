/** A table's name, with its schema unless that is `public`. */
export function relationName({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return schema === 'public' ? table : `${schema}.${table}`;
}
