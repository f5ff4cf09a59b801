/** A scope whose tables a query uses: proven to keep to one owner, or allowed not to. */
export interface QueryScope {
  readonly name: string;
  /** The reason that `@unscoped` gives; null: it is proven. */
  readonly unscoped: string | null;
  /** Whether it is proven only together with forced row-level security. */
  readonly rowSecurity?: true;
}
