import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';

import { acceptsEventStream, lastEventId } from './event-stream-request.js';

/** A request with only the fields that are read. */
const request = (headers: Record<string, string>, method = 'GET') => ({ method, headers }) as unknown as FastifyRequest;

describe('acceptsEventStream', () => {
  it.each([
    ['text/event-stream', true],
    ['application/json', false],
    ['*/*', false],
    ['application/json, text/event-stream', true],
    ['application/json, text/event-stream;q=0.5', false],
    ['application/json;q=0.4, TEXT/Event-Stream; q=0.5', true],
    ['text/event-stream;q=0', false],
  ])('returns for Accept: %s %s', (accept, expected) => {
    expect(acceptsEventStream(request({ accept }))).toBe(expected);
  });

  it('returns false for other methods, and without Accept', () => {
    expect(acceptsEventStream(request({ accept: 'text/event-stream' }, 'POST'))).toBe(false);
    expect(acceptsEventStream(request({}))).toBe(false);
  });
});

it('reads the cursor from Last-Event-ID, if there is one', () => {
  expect(lastEventId(request({ 'last-event-id': 'abc' }))).toBe('abc');
  expect(lastEventId(request({ 'last-event-id': '' }))).toBeUndefined();
  expect(lastEventId(request({}))).toBeUndefined();
});
