import { describe, expect, it } from 'vitest';

import { requestLine } from './request-line.js';

const REQUEST = {
  requestId: 'one',
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  tenant: undefined,
  keyId: undefined,
  address: '::1',
  method: 'GET',
  route: '/api/v1/collections/:collection',
  status: undefined,
  error: undefined,
  milliseconds: 1.23456,
  graphqlCost: undefined,
};

describe('requestLine', () => {
  it('omits what is unknown, and keeps the order of the members', () => {
    expect(`{${requestLine(REQUEST).slice(1)}}`).toBe(
      JSON.stringify({
        request_id: 'one',
        trace_id: REQUEST.traceId,
        span_id: REQUEST.spanId,
        'client.address': '::1',
        'http.request.method': 'GET',
        'http.route': REQUEST.route,
        duration_ms: 1.235,
      }),
    );
  });

  it('has all members, and escapes their text', () => {
    const text = 'a"b\\c\n\u2028é';
    const all = { tenant: text, keyId: text, address: text, route: text, error: text, method: text, requestId: text };
    const line = requestLine({ ...REQUEST, ...all, status: '404', graphqlCost: 7 });
    expect(JSON.parse(`{${line.slice(1)}}`)).toEqual({
      request_id: text,
      trace_id: REQUEST.traceId,
      span_id: REQUEST.spanId,
      tenant: text,
      key_id: text,
      'client.address': text,
      'http.request.method': text,
      'http.route': text,
      'http.response.status_code': 404,
      'error.type': text,
      duration_ms: 1.235,
      'graphql.cost': 7,
    });
    expect(line).not.toContain('\n');
  });
});
