import { describe, expect, it } from 'vitest';
import { connectionHosts } from '../../src/runtime/connection-hosts.ts';

const stringsOf = (uri: string) => connectionHosts(uri).connectionStrings;

// The examples of PostgreSQL's documentation (libpq, Connection Strings), and the like.
describe('the hosts of a connection string', () => {
  it('are one if there is one, and text that is not a URI is unchanged', () => {
    for (const uri of [
      'postgresql://localhost:5433/mydb?application_name=a',
      'postgresql:///mydb?host=localhost&port=5433',
      'postgresql://%2Fvar%2Flib%2Fpostgresql/dbname',
      'postgres://user:pass%2Cword@[2001:db8::1234]/database',
      '/var/run/postgresql mydb',
      '',
    ]) {
      expect(connectionHosts(uri)).toEqual({
        connectionStrings: [uri],
        attributes: 'any',
        shuffled: false,
      });
    }
  });

  it('are tried in their order, each with its own port', () => {
    expect(
      stringsOf('postgresql://user:a@b@host1:123,host2:456,[::1],host3/somedb?application_name=my%20app'),
    ).toEqual([
      'postgresql://user:a@b@host1:123/somedb?application_name=my+app',
      'postgresql://user:a@b@host2:456/somedb?application_name=my+app',
      'postgresql://user:a@b@[::1]/somedb?application_name=my+app',
      'postgresql://user:a@b@host3/somedb?application_name=my+app',
    ]);
  });

  it('can be lists among the parameters', () => {
    expect(stringsOf('postgres://me@/db?host=a,/tmp,c&port=1,,3')).toEqual([
      'postgres://me@/db?host=a&port=1',
      'postgres://me@/db?host=%2Ftmp',
      'postgres://me@/db?host=c&port=3',
    ]);
    expect(stringsOf('postgres://me@a:7,[::1]:8/db?port=5433')).toEqual([
      'postgres://me@a:5433/db',
      'postgres://me@[::1]:5433/db',
    ]);
  });

  it('come with what the server must be', () => {
    expect(connectionHosts('postgres://a,b/db?target_session_attrs=read-write&x=1')).toEqual({
      connectionStrings: ['postgres://a/db?x=1', 'postgres://b/db?x=1'],
      attributes: 'read-write',
      shuffled: false,
    });
    expect(connectionHosts('postgres://a/db?target_session_attrs=prefer-standby')).toMatchObject({
      attributes: 'prefer-standby',
    });
    expect(connectionHosts('postgres://a,b/db?load_balance_hosts=random')).toMatchObject({
      shuffled: true,
    });
  });

  it('are refused where libpq refuses them, without repeating the password', () => {
    const message = (parameters: string): string => {
      try {
        return connectionHosts(`postgres://me:secret@a,b,c/db?${parameters}`).attributes;
      } catch (error) {
        return String(error);
      }
    };
    expect(message('port=1,2')).toBe('RangeError: could not match 2 port numbers to 3 hosts');
    expect(message('target_session_attrs=master')).toBe(
      'RangeError: target_session_attrs is "master", and must be one of any, read-write, read-only, primary, standby, prefer-standby',
    );
    expect(message('load_balance_hosts=1')).toBe(
      'RangeError: load_balance_hosts is "1", and must be one of disable, random',
    );
  });
});
