import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';

import { asksForEvents, lastEventId } from './event-stream-request.js';

const request = (headers: Record<string, string>, method = 'GET') => ({ method, headers }) as unknown as FastifyRequest; // all that is read of it

describe('a request for events', () => {
  it.each([
    ['text/event-stream', true],
    ['application/json', false],
    ['*/*', false],
    ['application/json, text/event-stream', true],
    ['application/json, text/event-stream;q=0.5', false],
    ['application/json;q=0.4, TEXT/Event-Stream; q=0.5', true],
    ['text/event-stream;q=0', false],
  ])('with Accept: %s is one: %s', (accept, expected) => {
    expect(asksForEvents(request({ accept }))).toBe(expected);
  });

  it('is a GET', () => {
    expect(asksForEvents(request({ accept: 'text/event-stream' }, 'POST'))).toBe(false);
    expect(asksForEvents(request({}))).toBe(false);
  });
});

it('goes on after the cursor that the client received last, if it received one', () => {
  expect(lastEventId(request({ 'last-event-id': 'abc' }))).toBe('abc');
  expect(lastEventId(request({ 'last-event-id': '' }))).toBeUndefined();
  expect(lastEventId(request({}))).toBeUndefined();
});
