/** How tables are distributed over shards, see docs/scale.md. */
export interface DistributionConfig {
  /** By table (`name` or `schema.name`): the column whose value decides on which shard a row is. */
  readonly columns: Readonly<Record<string, string>>;
  /** Whether a query that is not proven to use one shard needs `@scatter`. */
  readonly singleShard: boolean;
}

/** How rows have an owner, see docs/scopes.md. */
export interface ScopeConfig {
  /** The name of the queries' parameter that is the owner. */
  readonly parameter: string;
  /** By table (`name` or `schema.name`): its owner column, or the table that its rows belong to by a foreign key. */
  readonly tables: Readonly<Record<string, string | { readonly through: string }>>;
  /** A session setting that holds the owner, too, such as `app.user_id`. */
  readonly setting?: string;
  readonly functions?: {
    /** Functions without arguments that return the owner. */
    readonly owner?: readonly string[];
    /** Functions that show nothing of another owner's rows. */
    readonly safe?: readonly string[];
  };
}

/** The table that the configuration means: by `schema.name`, or by a name that only one schema has or `public` has. */
export function tableCalled<Table extends { readonly schema: string; readonly name: string }>(
  written: string,
  tables: readonly Table[],
): Table | null {
  const exact = tables.find(({ schema, name }) => `${schema}.${name}` === written);
  const same = tables.filter(({ name }) => name === written);
  return (
    exact ?? same.find(({ schema }) => schema === 'public') ?? (same.length === 1 ? same[0] : null) ?? null
  );
}
