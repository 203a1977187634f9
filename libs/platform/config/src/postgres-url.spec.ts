import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { describePostgresUrl, maskPostgresUrl, parsePostgresUrl } from './postgres-url.js';

describe('a connection URL', () => {
  it.each([
    ['postgres://', [['', undefined]]],
    ['postgresql://h', [['h', undefined]]],
    ['postgres://h:5433/d', [['h', 5433]]],
    ['postgres://[2001:db8::1]:5433/d', [['2001:db8::1', 5433]]],
    [
      'postgres://a:1,b,[::1]:3/d?target_session_attrs=read-write',
      [
        ['a', 1],
        ['b', undefined],
        ['::1', 3],
      ],
    ],
    [
      'postgres://a:1%2Cb/d',
      [
        ['a', 1],
        ['b', undefined],
      ],
    ],
    ['postgres://%2Frun%2Fpostgresql/d', [['/run/postgresql', undefined]]],
    ['postgres:///d?host=/run/postgresql&port=5433', [['/run/postgresql', 5433]]],
    ['postgres://ignored:1/d?host=h', [['h', undefined]]],
    [
      'postgres:///d?host=a,b&port=1,2',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'postgres://a,b/d?port=6432',
      [
        ['a', 6432],
        ['b', 6432],
      ],
    ],
  ])('%s has the servers %j', (url, hosts) => {
    expect(parsePostgresUrl(url).hosts).toEqual(hosts.map(([host, port]) => ({ host, port })));
  });

  it('has a login, a database and parameters, percent-decoded', () => {
    expect(parsePostgresUrl('postgres://me%40x:s%2Fc%3At@h/my%20db?options=-c%20geqo%3Doff&sslmode=require')).toEqual({
      hosts: [{ host: 'h', port: undefined }],
      user: 'me@x',
      password: 's/c:t',
      database: 'my db',
      parameters: new Map([
        ['options', '-c geqo=off'],
        ['sslmode', 'require'],
      ]),
    });
    expect(parsePostgresUrl('postgres://u:p@h/d?user=v&password=q&dbname=e')).toMatchObject({
      user: 'v',
      password: 'q',
      database: 'e',
    });
  });

  it.each([
    ['mysql://h/d', /^must be a postgres:\/\/ or postgresql:\/\/ URL/],
    ['postgres://u:%zz@h/d', /percent-encoded/],
    ['postgres://u:a/b@h/d', /percent-encoded/],
    ['postgres://h:x/d', 'must have ports from 1 to 65535'],
    ['postgres://h:70000/d', 'must have ports from 1 to 65535'],
    ['postgres://a,b,c/d?port=1,2', 'must have one port, or as many ports as hosts, not 2 for 3'],
    ['postgres://h/d?sslmod=require', 'must not have the parameter sslmod; did you mean sslmode?'],
    ['postgres://h/d?sslmode=on', /^must have one of disable, allow, prefer, require, verify-ca, verify-full/],
    ['postgres://h/d?target_session_attrs=master', /^must have one of any, read-write, primary/],
    ['postgres://h/d?connect_timeout=5s', 'must have a whole number as connect_timeout'],
    ['postgres://h/d?pgbouncer=true', 'must not have the parameter pgbouncer, which belongs to Prisma; remove it'],
    ['postgres://h/d?krbsrvname=x', /which Haven does not support/],
    ['postgres://h/d?sslmode=verify-ca', /must have a file as sslrootcert for sslmode=verify-ca/],
    ['postgres://h/d?sslmode=require&sslrootcert=system', 'must have sslmode=verify-full for sslrootcert=system'],
    ['postgres://h/d?sslcert=/c', 'must have both sslcert and sslkey, or neither'],
    ['postgres://h/d?channel_binding=require', /at least sslmode=require/],
    ['postgres://h/d?sslnegotiation=direct', /at least sslmode=require/],
  ])('%s is rejected', (url, problem) => expect(() => parsePostgresUrl(url)).toThrow(problem));

  it('does not show the name of an unknown parameter that may be part of a password', () => {
    expect(() => parsePostgresUrl('postgres://h/d?password=a&hunter2')).toThrow(/^must not have an unknown parameter/);
  });

  it.each([
    ['postgres://u:p@db.example:5433/haven?sslmode=require', 'db.example:5433/haven'],
    ['postgres:///haven?host=/run/postgresql', '/run/postgresql/haven'],
    ['postgres://a:5432,[::1]:5433/haven', 'a:5432,[::1]:5433/haven'],
    ['postgres:///haven', 'localhost/haven'],
  ])('%s is described as %s', (url, described) => expect(describePostgresUrl(url)).toBe(described));
});

describe('masking', () => {
  it.each([
    ['postgres://h/d', 'postgres://h/d'],
    ['postgres://u:hunter2@h:5432/d', 'postgres://u:***@h:5432/d'],
    ['postgresql://u@h/d?sslmode=require&password=hunter2', 'postgresql://u@h/d?sslmode=require&***'],
    ['postgres://u:p@a:1,b:2/d', 'postgres://u:***@a:1,b:2/d'],
    ['postgres://u:12/hunter2@h/d', '(hidden)'],
    ['postgres:u:hunter2@h/d', '(hidden)'],
    ['hunter2', '(hidden)'],
  ])('%s is shown as %s', (url, shown) => expect(maskPostgresUrl(url)).toBe(shown));

  it('shows no part of a password, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (noise) => {
        const shown = maskPostgresUrl(`postgres://user:${noise}hunter2@host/db`);
        expect(shown).not.toContain('hunter2');
      }),
    );
  });
});
