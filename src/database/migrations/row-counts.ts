import type { Client } from 'pg';

/** A statement that touched no row: `the DELETE`, `UPDATE 2 of 3`. */
export type IdleStatement = string;

/**
 * Runs something and says which of its INSERT, UPDATE, DELETE and MERGE statements touched no row, by their command tags
 * (PostgreSQL documentation, 54.7, CommandComplete).
 */
export async function idleStatements(
  client: Client,
  run: () => Promise<void>,
): Promise<readonly IdleStatement[]> {
  const tags: string[] = [];
  const note = ({ text }: { readonly text: string }) => tags.push(text);
  client.connection.on('commandComplete', note);
  try {
    await run();
  } finally {
    client.connection.off('commandComplete', note);
  }
  return idle(tags);
}

function idle(tags: readonly string[]): readonly IdleStatement[] {
  const counts = new Map<string, number>();
  const found: { readonly command: string; readonly ordinal: number }[] = [];
  for (const tag of tags) {
    const [, command = '', rows] = /^(INSERT|UPDATE|DELETE|MERGE)(?: \d+)?? (\d+)$/.exec(tag) ?? [];
    if (command === '') continue;
    const ordinal = (counts.get(command) ?? 0) + 1;
    counts.set(command, ordinal);
    if (rows === '0') found.push({ command, ordinal });
  }
  return found.map(({ command, ordinal }) =>
    counts.get(command) === 1 ? `the ${command}` : `${command} ${ordinal} of ${counts.get(command)}`,
  );
}
