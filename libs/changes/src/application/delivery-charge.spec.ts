import { describe, expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { DeliveryCharge } from './delivery-charge.js';

const refused = new HavenError('RATE_LIMITED', 'Rate limit exceeded: key.', { retryAfter: 3 });

function charge(...results: (HavenError | undefined)[]) {
  const costs: number[] = [];
  const stop = new AbortController();
  const consume = async (cost: number) => {
    costs.push(cost);
    const error = results.shift();
    if (error) throw error;
  };
  return { costs, stop, charge: new DeliveryCharge({ consume } as unknown as Caller, stop.signal) };
}

describe('the changes that a stream delivers', () => {
  it('cost one point for each ten', async () => {
    const { costs, charge: delivered } = charge();
    for (const changes of [4, 5, 0, 1, 25, 5]) await delivered.add(changes);
    expect(costs).toEqual([1, 2, 1]);
  });

  it('are charged later if a limit is exceeded, and the stream waits until then', async () => {
    const now = new HavenError('RATE_LIMITED', 'Rate limit exceeded: key.', { retryAfter: 0 });
    const { costs, charge: delivered } = charge(now, now);
    await delivered.add(30);
    expect(costs).toEqual([3, 3, 3]);
  });

  it('end a stream whose error is not a matter of time', async () => {
    const { charge: delivered } = charge(new HavenError('LIMIT_EXCEEDED', 'Too much.'));
    await expect(delivered.add(10)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('do not keep a stream waiting that has ended', async () => {
    const { costs, stop, charge: delivered } = charge(refused);
    const added = delivered.add(10);
    stop.abort();
    await added;
    expect(costs).toEqual([1]);
  });
});
