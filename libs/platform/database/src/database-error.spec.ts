import { describe, expect, it } from 'vitest';

import { isOneReadsFault, isRolledBack, translateDatabaseError } from './database-error.js';

/** Returns an error as the driver throws it, with a message that must not be published. */
const thrown = (code: string, severity = 'ERROR') =>
  Object.assign(new Error('could not write "base/16384/2619" while running SELECT secret'), { code, severity });

describe('an error of the server’s resources', () => {
  it.each([
    ['53000', 'ERROR', /lacks resources/],
    ['53100', 'ERROR', /disk.* full/],
    ['53200', 'ERROR', /out of memory.*max_locks_per_transaction/],
    ['53300', 'FATAL', /max_connections/],
    ['53400', 'ERROR', /limit of its configuration/],
    ['53999', 'ERROR', /lacks resources/],
  ])('%s is UNAVAILABLE and says what is lacking', (code, severity, detail) => {
    const error = translateDatabaseError(thrown(code, severity));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', status: 503, extras: { retryAfter: 1 } });
    expect(error).toMatchObject({ detail: expect.stringMatching(detail) });
    expect(error).toMatchObject({ detail: expect.not.stringMatching(/SELECT|base\/|cannot be reached/) });
  });

  it.each(['08006', '57P01', '25006', 'ECONNREFUSED'])('is not one of the connection: %s', (code) => {
    expect(translateDatabaseError(thrown(code))).toMatchObject({ detail: 'The database cannot be reached.' });
  });
});

describe('an error of the driver without a code', () => {
  it.each([
    'timeout expired',
    'timeout exceeded when trying to connect',
    'Connection terminated due to connection timeout',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
  ])('is UNAVAILABLE: %s', (message) => {
    expect(translateDatabaseError(new Error(message))).toMatchObject({ code: 'UNAVAILABLE', status: 503 });
  });
});

describe('an error after which a transaction is certainly rolled back', () => {
  it.each(['23505', '55P03', '40P01', '57014', '53100', '26000'])('is %s on an intact connection', (code) => {
    expect(isRolledBack(thrown(code))).toBe(true);
    expect(isRolledBack(thrown(code, 'FATAL'))).toBe(false);
  });

  it.each(['57P01', '08006', '58030', 'XX000'])('is not %s', (code) => {
    expect(isRolledBack(thrown(code))).toBe(false);
  });

  it('is none of the connection, nor one of Haven', () => {
    expect(isRolledBack(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe(false);
    expect(isRolledBack(translateDatabaseError(thrown('53100')))).toBe(false);
  });
});

describe('an error of one of several reads', () => {
  it.each(['XX001', '22P05', '53200'])('is %s', (code) => {
    expect(isOneReadsFault(thrown(code))).toBe(true);
  });

  it('is none of the connection, none after which all are sent again, and none that took the time of all', () => {
    const others = [thrown('57P01', 'FATAL'), thrown('26000'), thrown('57014'), new Error('write EPIPE')];
    expect(others.filter(isOneReadsFault)).toEqual([]);
  });
});
