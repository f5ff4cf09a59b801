/** What a server must be for a connection to it to be kept, as libpq's `target_session_attrs` says it. */
export type SessionAttributes = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';

/** A connection string, taken apart into one for each of its hosts. */
export interface ConnectionHosts {
  /** Never empty. A single host, and text that is not a PostgreSQL URI, are kept unchanged. */
  readonly connectionStrings: readonly string[];
  readonly attributes: SessionAttributes;
  /** Whether the hosts must be tried in random order (`load_balance_hosts`). */
  readonly shuffled: boolean;
}

const known: readonly string[] = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] satisfies SessionAttributes[];

/** Scheme and user; hosts; path; query. */
const uri = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)([^?#]*)(?:\?(.*))?$/;

/**
 * Reads the hosts of a URI as libpq does (PostgreSQL documentation, libpq, Connection Strings): `host1:port1,host2:port2`, or
 * lists in the parameters `host` and `port`, where one port is that of all.
 * @throws RangeError where libpq would not take it; the message holds no part of the URI but the parameter's value
 */
export function connectionHosts(connectionString: string): ConnectionHosts {
  const [, scheme = '', authority = '', path = '', query = ''] = uri.exec(connectionString) ?? [];
  const params = new URLSearchParams(query);
  const take = (name: string): string | null => {
    const value = params.get(name);
    params.delete(name);
    return value;
  };
  const attributes = oneOf(known, 'target_session_attrs', take('target_session_attrs') ?? 'any');
  const balance = oneOf(['disable', 'random'], 'load_balance_hosts', take('load_balance_hosts') ?? 'disable');
  const rest = { attributes: attributes as SessionAttributes, shuffled: balance === 'random' };
  const hostList = params.get('host');
  if (!(hostList ?? authority).includes(',')) {
    return { connectionStrings: [connectionString], ...rest };
  }
  params.delete('host');
  const portList = take('port')?.split(',');
  const hosts = (hostList ?? authority).split(',');
  if (portList !== undefined && portList.length !== 1 && portList.length !== hosts.length) {
    throw new RangeError(`could not match ${portList.length} port numbers to ${hosts.length} hosts`);
  }
  const connectionStrings = hosts.map((host, i) => {
    const port = portList?.[portList.length === 1 ? 0 : i];
    return hostList === null
      ? withQuery(`${scheme}${withPort(host, port)}${path}`, params)
      : withQuery(`${scheme}${path}`, params, { host, ...(port && { port }) });
  });
  return { connectionStrings, ...rest };
}

/** A port among the parameters overrules that behind the host. */
function withPort(host: string, port: string | undefined): string {
  return port === undefined || port === '' ? host : `${host.replace(/:\d*$/, '')}:${port}`;
}

function withQuery(
  base: string,
  params: URLSearchParams,
  more: Readonly<Record<string, string>> = {},
): string {
  const all = new URLSearchParams([...params, ...Object.entries(more)]).toString();
  return all === '' ? base : `${base}?${all}`;
}

function oneOf(values: readonly string[], name: string, value: string): string {
  if (!values.includes(value)) {
    throw new RangeError(`${name} is "${value}", and must be one of ${values.join(', ')}`);
  }
  return value;
}
