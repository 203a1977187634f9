import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';

import type { HavenConfig } from '@haven/config';
import type { UnitOfWork } from '@haven/database';
import { Access, HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import type { ComponentHealths, Log } from '@haven/observability';

import type { ClientAddresses } from './client-addresses.js';
import { RateLimiter } from './rate-limiter.js';
import type { Arrival } from './rate-limiter.js';

const QUOTAS = { perAddress: 10, perKey: 10, perTenant: 10, concurrentPerTenant: 0 };
const COSTS = { readCost: 1, writeCost: 2, databaseTimeCost: 1, failedAuthenticationCost: 5 };
const CONFIG = {
  overload: { burstWait: 0, poolQueue: 1, requestQueue: 1 },
  rateLimits: { ...QUOTAS, ...COSTS, window: 60_000, onStoreFailure: 'open', redisTimeout: 100 },
};

// The limiter uses only these members of the objects that it is given.
const limiter = (): RateLimiter =>
  new RateLimiter(
    CONFIG as HavenConfig,
    { of: () => '192.0.2.7' } as unknown as ClientAddresses,
    {} as Log,
    { add: () => undefined } as unknown as ComponentHealths,
    { waitingOf: () => 0 } as unknown as UnitOfWork,
  );
const arrival = { request: {}, cost: 'read', isStream: false } as Arrival;
const caller = (): Caller => ({ tenantId: 't', actor: 'key:k', traceId: '', access: Access.full });

function replyWith(headers: Record<string, unknown>): FastifyReply {
  const reply = {
    raw: { headersSent: false, once: () => undefined },
    header: (name: string, value: unknown) => {
      headers[name] = value;
      return reply;
    },
    removeHeader: () => reply,
  };
  return reply as unknown as FastifyReply; // the limiter uses only these members
}

describe('RateLimiter.admit', () => {
  it('returns a known caller without a promise, and writes the state of all limits', () => {
    const headers: Record<string, unknown> = {};
    const admitted = limiter().admit(arrival, replyWith(headers), caller);
    expect(admitted).not.toBeInstanceOf(Promise);
    expect(headers['ratelimit']).toBe('"address";r=9;t=60, "key";r=9;t=60, "tenant";r=9;t=60');
  });

  it('charges the address more for a failed authentication, whether it throws or rejects', async () => {
    const failure = new HavenError('UNAUTHENTICATED', 'The key is unknown.');
    const headers: Record<string, unknown> = {};
    const one = limiter();
    const throws = (): never => {
      throw failure;
    };
    await expect(one.admit(arrival, replyWith(headers), throws)).rejects.toBe(failure);
    expect(headers['ratelimit']).toBe('"address";r=4;t=60');
    await expect(one.admit(arrival, replyWith(headers), () => Promise.reject(failure))).rejects.toBe(failure);
    expect(headers['ratelimit']).toBe('"address";r=0;t=60');
  });

  it('refuses a request beyond a limit', async () => {
    const one = limiter();
    for (let count = 0; count < 10; count++) await one.admit(arrival, replyWith({}), caller);
    await expect(async () => one.admit(arrival, replyWith({}), caller)).rejects.toThrow(/Rate limit exceeded: address/);
  });
});
