import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { Haven } from '../support/haven.js';

/** More than the pool and `overload.poolQueue` hold together, and than a tenant's concurrent requests. */
const REQUESTS = 100;

/** The default, instead of the higher limit of tests. */
const QUEUE = 'overload.poolQueue=64';
const CONCURRENT = 32;

/** Enough for a burst on a machine that is busy with other tests. */
const PATIENT = 'overload.burstWait=60s';

const RECORDS = '/api/v1/collections/films/records';
const FILTERED = `${RECORDS}?filter=${encodeURIComponent('{"title":"Alien"}')}`;
const QUERY = JSON.stringify({ query: '{ records(collection: "films") { edges { node { id } } } }' });

describe.each([CONCURRENT, 0])('a calm process that limits a tenant to %d concurrent requests', (concurrent) => {
  const haven = startHaven([QUEUE, PATIENT, `rateLimits.concurrentPerTenant=${concurrent}`]);

  it.each([
    ['lists', 'GET', RECORDS, ''],
    ['filtered lists', 'GET', FILTERED, ''],
    ['creates', 'POST', RECORDS, '{"data":{"title":"Alien"}}'],
    ['GraphQL queries', 'POST', '/graphql', QUERY],
  ])('serves all of 100 %s that arrive at once', async (_name, method, path, body) => {
    await createFilms(haven);
    const responses = await Promise.all(await sendAtOnce(haven, REQUESTS, method, path, body));
    expect(responses.filter((response) => !/^HTTP\/1.1 20[01] /.test(response))).toEqual([]);
    expect(responses.filter((response) => response.includes('"errors"'))).toEqual([]);
  });
});

describe('a tenant whose burst cannot be served in time', () => {
  const haven = startHaven([QUEUE, `rateLimits.concurrentPerTenant=${CONCURRENT}`, 'database.acquireTimeout=60s']);

  it('gets the requests refused that wait too long; others are served', async () => {
    await createFilms(haven);
    const other = await haven.as(randomUUID());
    await haven.rest('POST', '/collections', { name: 'films' }, other);
    const blocker = new pg.Client('url' in haven.address ? { connectionString: haven.address.url } : haven.address);
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE haven.every_record');
    const statuses: string[] = [];
    const responses = (await sendAtOnce(haven, 2 * REQUESTS, 'GET', FILTERED)).map(async (response) => {
      statuses.push((await response).slice(9, 12));
    });
    const refused = 2 * REQUESTS - CONCURRENT;
    await vi.waitFor(() => expect(statuses).toHaveLength(refused), { timeout: 30_000 });
    expect(new Set(statuses)).toEqual(new Set(['429']));
    const late = await haven.rest('GET', '/collections/films');
    expect(late).toMatchObject({ status: 429, body: { 'violated-policies': ['concurrency'] } });
    expect((await haven.rest('GET', '/collections/films', undefined, other)).status).toBe(200);
    await blocker.end();
    await Promise.all(responses);
    expect(statuses.slice(refused)).toEqual(Array.from({ length: CONCURRENT }, () => '200'));
  });
});

async function createFilms(haven: Haven): Promise<void> {
  await haven.rest('PUT', '/collections/films', {});
  await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien' } });
}

/** Sends the requests of the tenant in one turn of the event loop, each on an open connection of its own. */
async function sendAtOnce(
  haven: Haven,
  count: number,
  method: string,
  path: string,
  body = '',
): Promise<Promise<string>[]> {
  const headers = `host: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n`;
  const request = `${method} ${path} HTTP/1.1\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
  const sockets = await Promise.all(Array.from({ length: count }, () => connected(haven)));
  const responses = sockets.map((socket) => text(socket));
  for (const socket of sockets) socket.write(request);
  return responses;
}

function connected({ url }: Haven): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
