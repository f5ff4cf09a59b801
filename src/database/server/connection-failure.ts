import { DatabaseError } from 'pg';
import { type Diagnostic, diagnostic, Failure } from '../../diagnostic.ts';
import { systemCode } from '../../system-error.ts';

/** What works without the server, for those who only want queries analysed. */
export const embeddedInstead =
  'set "database": "embedded" under "nodrift" in the configuration, which needs no server';

interface Attempt {
  /** Host, port and database, for the message. */
  readonly server: string;
  /** Whether they are pg's defaults, as nothing names a server. */
  readonly isDefault: boolean;
  /** What can be done where there is no server. */
  readonly instead?: string | undefined;
}

/** Says why a connection could not be made, with exit code 3. */
export function connectionFailure(error: unknown, { server, isDefault, instead }: Attempt): Failure {
  const explained = isDefault
    ? withoutServer(explain(error, `${server}, the default`), instead)
    : explain(error, server, instead);
  const sqlstate = error instanceof DatabaseError ? (error.code ?? null) : null;
  return new Failure(3, [diagnostic({ ...explained, sqlstate })]);
}

type Explanation = Pick<Diagnostic, 'code' | 'message' | 'hint'>;

/** A default that does not work was hardly meant. */
function withoutServer({ code, message }: Explanation, instead?: string): Explanation {
  const hint = `Nothing names a server: set DATABASE_URL, in the environment or a file .env, such as postgres://user:password@localhost:5432/database${instead === undefined ? '' : `, or ${instead}`}.`;
  return { code, message, hint };
}

function explain(error: unknown, server: string, instead?: string): Explanation {
  const code = systemCode(error) ?? '';
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof DatabaseError) return explainRefusal(error, server);
  if (/client password must be a string|empty string/.test(said)) {
    return {
      code: 'ND5002',
      message: `PostgreSQL at ${server} requires a password, and none is given.`,
      hint: 'Set it in DATABASE_URL or PGPASSWORD.',
    };
  }
  if (/does not support SSL/.test(said)) {
    return {
      code: 'ND5003',
      message: `PostgreSQL at ${server} does not support TLS, which the connection requires.`,
      hint: 'Remove sslmode or ssl, or set sslmode=disable, if the network can be trusted.',
    };
  }
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) {
    return {
      code: 'ND5004',
      message: `The TLS certificate of PostgreSQL at ${server} is not trusted: ${said}.`,
      hint: 'Give its authority with sslrootcert=FILE in the URL or "ca" under db.ssl; sslmode=no-verify accepts any certificate, and no other mode does.',
    };
  }
  const reason = reasons[code] ?? (/timeout/.test(said) ? 'it does not answer' : said || code);
  return {
    code: 'ND5001',
    message: `Cannot reach PostgreSQL at ${server}: ${reason}.`,
    hint: `Start the server, or set DATABASE_URL to another one${instead === undefined ? '' : `, or ${instead}`}.`,
  };
}

/** Errors of the operating system: errno(3). */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ENOENT: 'the socket does not exist',
  EACCES: 'the socket cannot be used by this user',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection',
};

/** PostgreSQL documentation, appendix A. */
function explainRefusal(error: DatabaseError, server: string): Explanation {
  const code = 'ND5005';
  const message = `PostgreSQL at ${server} rejects the connection: ${error.message}.`;
  switch (error.code) {
    case '28P01':
      return { code, message, hint: 'Check user and password in DATABASE_URL or PGUSER and PGPASSWORD.' };
    case '28000':
      return {
        code,
        message,
        hint: /no encryption|SSL off/.test(error.message)
          ? 'The server requires TLS: add sslmode=require to the URL.'
          : 'Check the user in DATABASE_URL or PGUSER, and the server’s pg_hba.conf.',
      };
    case '3D000':
      return {
        code,
        message,
        hint: 'Create the database (createdb), or name another one in DATABASE_URL or PGDATABASE.',
      };
    case '53300':
      return { code, message, hint: 'All connections are taken: close some, or raise max_connections.' };
    default:
      return { code, message, hint: error.hint ?? null };
  }
}
