import { type Block, blocksOf, pages } from './blocks.ts';

/** An annotated statement of a page. */
export interface Example {
  readonly sql: Block;
  /** The block that follows, where it says what comes of it. */
  readonly shown: Block | null;
}

/** The examples of all pages whose schema is the sample project's. */
export const examples: readonly Example[] = pages.flatMap((page) => {
  const blocks = blocksOf(page);
  return blocks.flatMap((sql, i): Example[] => {
    const next = blocks[i + 1];
    const header = /@name|@nmae|-- name:/.test(sql.text);
    if (
      sql.language !== 'sql' ||
      !header ||
      /^(from|quickstart:|json:|error:|scopes:|distribution:) /.test(sql.mark)
    )
      return [];
    return [{ sql, shown: next?.mark === 'generated' || sql.mark === 'fails' ? (next ?? null) : null }];
  });
});

export const healthyExamples: readonly Example[] = examples.filter(({ sql }) => sql.mark !== 'fails');
