import { splitStatements } from '../server/split-statements.ts';
import { findWord, type StatementWords, wordAt } from '../server/words.ts';
import { namedRoles, rolesAt } from './named-roles.ts';

/** The server that a script runs on, as far as it is more than one database. */
export interface Cluster {
  /** Names of the roles that exist. */
  readonly roles: ReadonlySet<string>;
  /** Whether the whole server is thrown away afterwards, so that a script may create roles in it. */
  readonly disposable: boolean;
}

/** A script that touches nothing outside its database. */
export interface LocalScript {
  /** As long as the script, with blanks where something is omitted: Postgres's positions stay true. */
  readonly sql: string;
  /** What was omitted and why, one for each place. */
  readonly reasons: readonly string[];
  /** The statements that it was in, in the same order. */
  readonly statements: readonly string[];
  /** The roles that exist once it has run. */
  readonly roles: ReadonlySet<string>;
}

/**
 * Omits of a script what belongs to the server rather than to the database: statements about
 * databases and tablespaces, which have other names here; statements that name roles that do not exist
 * here (owners, grants, policies); and, where the server is not ours, those that create or change roles.
 */
export function withoutClusterStatements(script: string, cluster: Cluster): LocalScript {
  const roles = new Set(cluster.roles);
  const reasons: string[] = [];
  const statements: string[] = [];
  const pieces: string[] = [];
  let copied = 0;
  for (const { start, end, tokens } of splitStatements(script)) {
    const words = { script, tokens };
    if (cluster.disposable && isOfRole(words) && wordAt(words, 0) === 'CREATE') {
      for (const role of rolesAt(words, 2, 3)) roles.add(role);
    }
    const left = leftOut(words, { roles, disposable: cluster.disposable });
    if (left === null) continue;
    reasons.push(left.reason);
    statements.push(script.slice(start, end));
    const from = left.start ?? start;
    const to = left.end ?? end;
    pieces.push(script.slice(copied, from), blank(script.slice(from, to)));
    copied = to;
  }
  return { sql: pieces.join('') + script.slice(copied), reasons, statements, roles };
}

interface LeftOut {
  readonly reason: string;
  /** What is omitted, if not the whole statement. */
  readonly start?: number;
  readonly end?: number;
}

function leftOut(words: StatementWords, { roles, disposable }: Cluster): LeftOut | null {
  const whole = aboutServer(words) ?? (disposable ? null : aboutRoles(words));
  if (whole !== null) return { reason: `${whole} is skipped: it concerns the whole server.` };
  const missing = namedRoles(words).find((role) => !roles.has(role));
  if (missing === undefined) return null;
  const reason = `The role "${missing}" does not exist here: statements that name it are skipped.`;
  if (wordAt(words, 0) !== 'CREATE' || wordAt(words, 1) !== 'SCHEMA') return { reason };
  const at = findWord(words, 'AUTHORIZATION');
  const [keyword, role] = words.tokens.slice(at, at + 2);
  if (!keyword || !role) return { reason };
  // CREATE SCHEMA AUTHORIZATION joe makes a schema called joe.
  return { reason, start: keyword.start, end: at === 2 ? keyword.end : role.end };
}

function aboutServer(words: StatementWords): string | null {
  const verb = wordAt(words, 0);
  const kind = wordAt(words, 1);
  if (verb === 'ALTER' && kind === 'SYSTEM') return 'ALTER SYSTEM';
  if (isDefinition(verb) && isOutside(kind)) return `${verb} ${kind}`;
  const on = findWord(words, 'ON');
  const about = /^(GRANT|REVOKE|COMMENT)$/.test(verb) && on !== -1 ? wordAt(words, on + 1) : '';
  return isOutside(about) ? `${verb} ON ${about}` : null;
}

function aboutRoles(words: StatementWords): string | null {
  const verb = wordAt(words, 0);
  if (isOfRole(words)) return `${verb} ${wordAt(words, 1)}`;
  if (verb === 'COMMENT' && wordAt(words, 2) === 'ROLE') return 'COMMENT ON ROLE';
  return /^(GRANT|REVOKE)$/.test(verb) && findWord(words, 'ON') === -1 ? `${verb} of a role` : null;
}

function isOfRole(words: StatementWords): boolean {
  const role = /^(ROLE|USER|GROUP)$/.test(wordAt(words, 1)) && wordAt(words, 2) !== 'MAPPING';
  return role && isDefinition(wordAt(words, 0));
}

function isDefinition(verb: string): boolean {
  return verb === 'CREATE' || verb === 'ALTER' || verb === 'DROP';
}

function isOutside(kind: string): boolean {
  return kind === 'DATABASE' || kind === 'TABLESPACE';
}

/** All but the line ends becomes white space. */
function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}
