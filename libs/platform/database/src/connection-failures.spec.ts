import pg from 'pg';
import { describe, expect, it } from 'vitest';

import { attemptsAfter, NoUsableServer, reportOf } from './connection-failures.js';
import { UnreadablePassword } from './password-file.js';
import { ServerList } from './server-list.js';
import type { ConnectionAttempt } from './server-list.js';
import { WrongSessionTarget } from './session-target.js';

const refused = (code: string): pg.DatabaseError => Object.assign(new pg.DatabaseError('no', 2, 'error'), { code });
const unreachable = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const noTls = new Error('The server does not support SSL connections');

/** Describes an attempt as `a+` (with TLS) or `a-`, with the first letter of a target other than `any`. */
const show = ({ server, ssl, target }: ConnectionAttempt): string =>
  `${server.host}${ssl ? '+' : '-'}${target === 'any' ? '' : target.charAt(0)}`;
const planOf = (url: string): string[] => ServerList.of(url).attempts().map(show);

/** Returns what is tried after the first attempt has failed. */
function after(url: string, error: Error, hasResponded = true): string[] {
  const [attempt, ...remaining] = ServerList.of(url).attempts();
  if (!attempt) throw new Error('There is always an attempt.');
  return attemptsAfter({ attempt, error, hasResponded }, remaining).map(show);
}

describe('the plan of a connection', () => {
  it.each([
    ['postgres://a/d', ['a+', 'a-']],
    ['postgres://a/d?sslmode=disable', ['a-']],
    ['postgres://a/d?sslmode=allow', ['a-', 'a+']],
    ['postgres://a/d?sslmode=require', ['a+']],
    ['postgres://a/d?ssl=true', ['a+']],
    ['postgres://a,b/d?sslmode=require', ['a+', 'b+']],
    ['postgres:///d?host=/run&sslmode=require', ['/run-']],
    ['postgres://a,b/d?sslmode=disable&target_session_attrs=prefer-standby', ['a-s', 'b-s', 'a-', 'b-']],
  ])('for %s is %j', (url, plan) => expect(planOf(url)).toEqual(plan));

  it('begins with what worked last, until that fails', () => {
    const list = ServerList.of('postgres://a,b,c/d?sslmode=disable&application_name=memory');
    const [, b] = list.attempts();
    if (!b) throw new Error('There are three attempts.');
    list.recordSuccess(b);
    expect(list.attempts().map(show)).toEqual(['b-', 'a-', 'c-']);
    list.recordFailure(b);
    expect(list.attempts().map(show)).toEqual(['a-', 'b-', 'c-']);
  });
});

describe('after a failure', () => {
  it.each([
    ['the server is not reached', unreachable, false, ['b+', 'b-']],
    ['TLS fails', noTls, true, ['a-', 'b+', 'b-']],
    ['the server is the wrong one', new WrongSessionTarget('is a standby'), true, ['b+', 'b-']],
    ['the server starts', refused('57P03'), true, ['b+', 'b-']],
    ['pg_hba.conf rejects the connection', refused('28000'), true, ['a-']],
    ['the password is wrong', refused('28P01'), true, []],
    ['the password cannot be read', new UnreadablePassword(unreachable), true, []],
    ['the time is over', new Error('timeout expired'), true, ['b+', 'b-']],
  ])('because %s, the rest of the plan is %4$j', (_, error, hasResponded, rest) => {
    expect(after('postgres://a,b/d', error, hasResponded)).toEqual(rest);
  });

  it('never falls back from TLS that is required', () => {
    expect(after('postgres://a/d?sslmode=require', noTls)).toEqual([]);
    expect(after('postgres://a/d?sslmode=require', refused('28000'))).toEqual([]);
  });

  it('takes any server if no standby is found', () => {
    const url = 'postgres://a,b/d?sslmode=disable&target_session_attrs=prefer-standby';
    expect(after(url, new WrongSessionTarget('is not a standby'))).toEqual(['b-s', 'a-', 'b-']);
  });
});

describe('the reported error', () => {
  const [a, b] = ServerList.of('postgres://a:1,b:2/d?sslmode=require&target_session_attrs=read-write').attempts();
  if (!a || !b) throw new Error('There are two attempts.');
  const first = { attempt: a, error: unreachable, hasResponded: false };

  it('is that of the only attempt', () => expect(reportOf([first])).toBe(unreachable));

  it('names each server and its reason', () => {
    const error = reportOf([first, { attempt: b, error: new WrongSessionTarget('is read-only'), hasResponded: true }]);
    expect(error).toBeInstanceOf(NoUsableServer);
    expect(error.message).toBe('a:1 with TLS: connect ECONNREFUSED; b:2 is read-only, not what "read-write" asks for');
  });

  it('is about the login if the last server has rejected it', () => {
    const error = refused('28P01');
    expect(reportOf([first, { attempt: b, error, hasResponded: true }])).toBe(error);
  });
});
