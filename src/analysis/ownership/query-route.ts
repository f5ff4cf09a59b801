/** Which shards of the distributed tables a query uses. */
export interface QueryRoute {
  /** `none`: it uses no distributed table. `one`: it is proven to use one shard. `all`: that is not proven. */
  readonly shards: 'none' | 'one' | 'all';
  /** The parameter whose value decides which shard it is; null unless it is one shard. */
  readonly by: string | null;
  /** Why it is not proven to be one shard; null: it is, or it uses none. */
  readonly because: string | null;
  /** The reason that `@scatter` gives; null: there is none. */
  readonly scatter: string | null;
}
