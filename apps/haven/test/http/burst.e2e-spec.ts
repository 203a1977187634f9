import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

/** More than the connections of the pool and `overload.poolQueue` together. */
const REQUESTS = 100;

const RECORDS = '/api/v1/collections/films/records';

// One tenant sends all of them; that its concurrent requests are limited is another promise.
const haven = startHaven(['rateLimits.concurrentPerTenant=0']);

it.each([
  ['lists', 'GET', RECORDS, ''],
  ['filtered lists', 'GET', `${RECORDS}?filter=${encodeURIComponent('{"title":"Alien"}')}`, ''],
  ['creates', 'POST', RECORDS, '{"data":{"title":"Alien"}}'],
])('serves all of 100 %s that arrive at once', async (_name, method, path, body) => {
  await haven.rest('PUT', '/collections/films', {});
  await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien' } });
  const head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n`;
  const request = `${head}content-length: ${body.length}\r\n\r\n${body}`;
  const sockets = await Promise.all(Array.from({ length: REQUESTS }, connected));
  const responses = sockets.map((socket) => text(socket));
  for (const socket of sockets) socket.write(request); // in one turn of the event loop
  const statuses = (await Promise.all(responses)).map((response) => Number(response.slice(9, 12)));
  expect(statuses.filter((status) => status >= 300)).toEqual([]);
});

function connected(): Promise<Socket> {
  const socket = connect(Number(new URL(haven.url).port), '127.0.0.1');
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
