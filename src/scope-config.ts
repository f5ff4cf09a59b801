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
