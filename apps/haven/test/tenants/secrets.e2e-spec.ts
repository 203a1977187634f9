import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import { at, haven } from '../support/process.js';
import { RawClient } from '../support/raw-client.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

/** Secrets with distinctive texts, so that they can be found in any output. */
const PASSWORD = 'Pa55-of-the-database';
const OPERATOR = `hvn_${'0b5e'.repeat(4)}_${'5ec7'.repeat(16)}`;
const FORGED_KEY = `hvn_${'f04e'.repeat(4)}_${'bad5'.repeat(16)}`;
const BASIC = Buffer.from('mallory:b451c-secret').toString('base64');
const COOKIE = 'c00kie-secret';
const IN_ADDRESS = 'addre55-secret';
const IDEMPOTENCY = 'idemp0tency-secret';
const DOCUMENT = 'd0cument-secret';
const HEADER = 'h3ader-of-a-webhook';
/** Text that tries to forge a log line and to send a command to the terminal. */
const FORGERY = 'line\n{"severity":"error","message":"FORGED"}\r\n\u001b[2J\u009b2JFORGED\u2028FORGED';

const SAID_ONCE = 'the answer that issues a key';
const CREDENTIALS = { PASSWORD, OPERATOR, FORGED_KEY, BASIC, COOKIE, IN_ADDRESS, IDEMPOTENCY, HEADER };

/** Environment variables of a process that has secrets and logs as much as possible. */
const VERBOSE = {
  HAVEN_ENV: 'production',
  HAVEN_SERVER_DRAIN_DELAY: '0s',
  HAVEN_OPERATOR_KEY: OPERATOR,
  LOG_LEVEL: 'trace',
  HAVEN_DATABASE_STATEMENT_TIMEOUT: '1s',
  HAVEN_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.1',
};

/** Returns the environment variables that connect a process to a test's database, with a password. */
function withPassword({ address }: TestDatabase): Record<string, string> {
  const url = new URL(at(address).DATABASE_URL);
  url.password = PASSWORD;
  return { ...at(address), DATABASE_URL: url.href };
}

function expectNone(secrets: Record<string, string>, where: string, text: string): void {
  for (const [name, secret] of Object.entries(secrets))
    expect(text.includes(secret), `${name} in ${where}`).toBe(false);
}

/** Makes the database fail with errors that contain as much of the input as possible. */
const FAILURES = `
  CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    CASE NEW.data->>'fail'
      WHEN 'cast' THEN PERFORM (NEW.data->>'text')::integer;
      WHEN 'say' THEN RAISE EXCEPTION '%', NEW.data->>'text';
      WHEN 'down' THEN RAISE EXCEPTION 'going down' USING ERRCODE = '57P01', DETAIL = NEW.data->>'text';
      WHEN 'sleep' THEN PERFORM pg_sleep(60);
      ELSE
    END CASE;
    RETURN NEW;
  END $$;
  CREATE TRIGGER fail BEFORE INSERT ON haven.events FOR EACH ROW EXECUTE FUNCTION public.fail();
  ALTER TABLE haven.events ADD CONSTRAINT refused CHECK (data->>'fail' IS DISTINCT FROM 'check') NOT VALID`;

describe.each(['json', 'pretty'])('a log in the format %s', (format) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await openTestDatabase();
  });

  afterEach(async () => {
    await database.drop();
  });

  it('contains all errors, but no secrets and no forged lines', async () => {
    const { child, ended, origin } = haven(['start'], {
      ...VERBOSE,
      ...withPassword(database),
      HAVEN_LOG_FORMAT: format,
    });
    const url = await origin;
    const answers: string[] = [];
    const statuses = new Set<number>();

    async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const answer = await fetch(`${url}${path}`, {
        method,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: {
          authorization: `Bearer ${OPERATOR}`,
          cookie: `session=${COOKIE}`,
          'user-agent': 'agent %0aFORGED',
          'x-request-id': 'FORGED id',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
      statuses.add(answer.status);
      const text = await answer.text();
      answers.push(
        `${method} ${path.split('?', 1)[0]} ${answer.status} ${JSON.stringify([...answer.headers])} ${text}`,
      );
      return text;
    }
    const records = '/api/v1/collections/movies/records';
    const graphql = (query: string, variables: object = {}, headers = {}) =>
      send('POST', '/graphql', { query, variables }, headers);

    await send('POST', '/api/v1/collections', { name: 'movies' });
    const issued: { token: string } = JSON.parse(
      await send('POST', '/api/v1/api-keys', { name: 'shop', scopes: ['records:read'] }),
    );
    answers.pop(); // this response may contain the key: see SAID_ONCE
    expect(issued.token, SAID_ONCE).toMatch(/^hvn_/);
    const asShop = { authorization: `Bearer ${issued.token}` };
    const webhook: { id: string; secret: string } = JSON.parse(
      await send('POST', '/api/v1/webhooks', { url: 'http://127.0.0.1:1/', headers: { 'x-key': HEADER } }),
    );
    const rotated: { secret: string } = JSON.parse(await send('POST', `/api/v1/webhooks/${webhook.id}/rotate`, {}));
    answers.splice(-2); // these responses may contain the secrets too
    expect([webhook.secret, rotated.secret], SAID_ONCE).toEqual(Array(2).fill(expect.stringMatching(/^whsec_/)));
    const secrets = {
      ...CREDENTIALS,
      ISSUED: issued.token.split('_')[2] ?? '',
      SIGNS: webhook.secret.slice(6),
      SIGNS_NOW: rotated.secret.slice(6),
      DOCUMENT,
    };

    // Webhooks, and errors of a receiver that is not available.
    const hook = `/api/v1/webhooks/${webhook.id}`;
    await send('POST', records, { data: { text: DOCUMENT } });
    await send('PATCH', hook, { headers: { 'x-key': `${HEADER}\n` } });
    await send('PATCH', hook, { headers: { 'x-other': HEADER } });
    expect(await send('POST', `${hook}/test`)).toContain('ECONNREFUSED');
    await vi.waitFor(async () => expect(await send('GET', `${hook}/deliveries`)).toContain('ECONNREFUSED'), 60_000);
    await send('GET', hook);
    await graphql('{ webhooks { edges { node { headers url state } } } }');

    // Unauthorized and unauthenticated requests.
    await send('POST', records, { data: { text: DOCUMENT } }, asShop);
    for (const authorization of [`Bearer ${FORGED_KEY}`, `Basic ${BASIC}`, FORGED_KEY, `Bearer ${issued.token}x`]) {
      await send('GET', records, undefined, { authorization });
      await graphql('{ __typename }', {}, { authorization });
    }
    // Malformed, unknown and invalid requests.
    await send('GET', `/nothing%0aFORGED?access_token=${IN_ADDRESS}`);
    await send('GET', `${records}?access_token=${IN_ADDRESS}`);
    await send('GET', `/api/v1/collections/a%0d%0aFORGED%1b%5b2J/records?token=${IN_ADDRESS}`);
    await send('POST', records, `{"data":{"text":"${DOCUMENT}`);
    await send('POST', records, { data: { text: DOCUMENT }, key: DOCUMENT.length });
    await send('POST', records, DOCUMENT, { 'content-type': 'text/plain' });
    await graphql(`
      query FORGED {
        nothing(text: "x")
      }
    `);
    for (const line of [`GET /?t=${IN_ADDRESS} HTTP/9.9`, `GET /%zz?t=${IN_ADDRESS} HTTP/1.1`, `Cookie: ${COOKIE}`]) {
      const client = new RawClient(url);
      client.send([line, 'Host: haven', `Authorization: Bearer ${OPERATOR}`]);
      answers.push(JSON.stringify((await client.response()).body));
      client.end();
    }
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql?t=${IN_ADDRESS}`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${FORGED_KEY}` } }));
    answers.push(String(await once(socket, 'close')));

    // Errors of the database.
    await database.owner.query(FAILURES);
    for (const [fail, text] of [
      ['cast', DOCUMENT],
      ['check', DOCUMENT],
      ['down', DOCUMENT],
      ['sleep', DOCUMENT],
      ['say', FORGERY],
    ]) {
      await send('POST', records, { data: { fail, text } }, { 'idempotency-key': `${IDEMPOTENCY}-${fail}` });
      await graphql(
        'mutation ($data: JSON!) { createRecord(collection: "movies", data: $data) { id } }',
        { data: { fail, text } },
        { 'idempotency-key': `${IDEMPOTENCY}-${fail}-2` },
      );
    }
    await database.owner.query('ALTER TABLE haven.collections RENAME TO hidden');
    await send('GET', '/api/v1/collections');
    await graphql('{ collections { totalCount } }');
    await database.owner.query('ALTER TABLE haven.hidden RENAME TO collections');
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);

    expect([...statuses].sort()).toEqual(expect.arrayContaining([201, 400, 401, 403, 404, 415, 422, 500, 503]));
    expectNone(secrets, 'stdout', stdout);
    expectNone(secrets, 'stderr', stderr);
    const { DOCUMENT: _, ...credentials } = secrets;
    for (const answer of answers) expectNone(credentials, answer, answer);

    // The log must contain the errors, otherwise this test proves nothing.
    for (const said of ['INTERNAL', 'QUERY_TIMEOUT', 'UNAVAILABLE', '22P02', '23514', '42P01', 'P0001', 'FORGED'])
      expect(stdout, said).toContain(said);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => /^[\s\u2028]*(FORGED|\{"severity":"error","message":"FORGED)/.test(line))).toEqual(
      [],
    );
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\u2028]/u);
    if (format === 'json') {
      for (const line of lines.filter(Boolean)) {
        const entry: { severity?: string; message?: string } = JSON.parse(line);
        expect(entry.severity).toBeTruthy();
        expect(entry.message).not.toMatch(/[\p{Cc}\u2028]/u);
      }
    }
  });
});

describe('the output at start', () => {
  const url = `postgres://haven:${PASSWORD}@127.0.0.1`;
  /** A database that does not respond: these processes end before they use one. */
  const complete = { ...VERBOSE, DATABASE_URL: `${url}:1/haven` };

  it.each<Record<string, string>>([
    {},
    { DATABASE_URL: url.replace('//', '/') },
    { DATABASE_URL: url.replace('@', '/with#marks@') },
    { HAVEN_OPERATOR_KEY: `${OPERATOR}x` },
    { HAVEN_DATABSE_URL: url },
    { HAVEN_SERVER_PORT: url },
  ])('contains no secret: case %#', async (wrong) => {
    const { code, stdout, stderr } = await haven(['start'], { ...complete, ...wrong }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(Object.keys(wrong)[0] ?? 'DATABASE_URL'); // the error of this setting, and no other
    expectNone(CREDENTIALS, stderr, stdout + stderr);
  });

  it('contains no secret when the configuration is printed', async () => {
    const { code, stdout, stderr } = await haven(['config'], complete).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('operatorKey');
    expectNone(CREDENTIALS, 'haven config', stdout + stderr);
  });
});
