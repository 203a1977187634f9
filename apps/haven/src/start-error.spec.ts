import { describe, expect, it } from 'vitest';

import { explainDatabase, explainListen, reasonOf } from './start-error.js';

const url = 'postgres://me:s3cret@db.example:5433/haven?sslmode=require';
const coded = (code: string, message = 'driver words') => Object.assign(new Error(message), { code });

describe('why Haven does not start', () => {
  it('is explained by the port that is in use', () => {
    expect(reasonOf(explainListen(coded('EADDRINUSE'), { host: '127.0.0.1', port: 8080 } as never))).toBe(
      'Port 8080 is in use; set PORT to another.',
    );
  });

  it.each([
    [
      coded('ECONNREFUSED', ''),
      'No PostgreSQL server responds at db.example:5433/haven (ECONNREFUSED); start it, or correct DATABASE_URL.',
    ],
    [
      new Error('timeout expired'),
      'No PostgreSQL server responds at db.example:5433/haven (timeout expired); start it, or correct DATABASE_URL.',
    ],
    [coded('28P01'), 'PostgreSQL at db.example:5433/haven rejects the user or password of DATABASE_URL.'],
    [
      coded('08P01', 'unsupported startup parameter: options'),
      'The connection pooler at db.example:5433/haven refuses the settings that Haven sends when it connects ' +
        '(unsupported startup parameter: options); set HAVEN_DATABASE_POOL_MODE to transaction and ' +
        'DATABASE_SESSION_URL to a URL that leads to PostgreSQL directly. With ignore_startup_parameters, the pooler ' +
        'would only drop the settings.',
    ],
    [coded('3D000'), 'PostgreSQL at db.example:5433/haven has no such database; create it, or correct DATABASE_URL.'],
  ])('is explained by the database error (%s), without the password', (error, sentence) => {
    expect(reasonOf(explainDatabase(error, url))).toBe(sentence);
  });

  it('is the error itself if it is unknown', () => {
    const error = new Error('odd');
    expect(explainDatabase(error, url)).toBe(error);
    expect(reasonOf(error)).toBe('Haven failed: odd\nStart with --set log.level=debug to see the stack trace.');
    expect(reasonOf(error, { log: { level: 'debug' } } as never)).toContain('start-error.spec.ts');
  });
});
