import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { PendingConnections } from './pending-connections.js';

const LIMITS = { total: 4, perAddress: 2 };

function pendingConnections() {
  const closed: string[] = [];
  const pending = new PendingConnections<{ name: string }>(LIMITS, ({ name }, limit) =>
    closed.push(`${name} ${limit}`),
  );
  const add = (name: string, address?: string) => {
    const connection = { name };
    pending.add(connection, address);
    return connection;
  };
  return { pending, closed, add };
}

describe('pending connections', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are closed beyond the limit of their address, the oldest first', () => {
    const { pending, closed, add } = pendingConnections();
    for (const name of ['a', 'b', 'c']) add(name, '192.0.2.1');
    add('d', '192.0.2.2');
    expect(closed).toEqual([]);
    vi.runAllTimers();
    expect(closed).toEqual(['a perAddress']);
    expect([pending.size, pending.countOf('192.0.2.1')]).toEqual([3, 2]);
  });

  it('are closed beyond the total limit, the oldest first', () => {
    const { closed, add } = pendingConnections();
    for (let n = 0; n < 6; n++) add(`${n}`, `192.0.2.${n}`);
    vi.runAllTimers();
    expect(closed).toEqual(['0 total', '1 total']);
  });

  it('without an address are limited only in total', () => {
    const { closed, add } = pendingConnections();
    for (const name of ['a', 'b', 'c', 'd']) add(name);
    vi.runAllTimers();
    expect(closed).toEqual([]);
    add('e');
    vi.runAllTimers();
    expect(closed).toEqual(['a total']);
  });

  it('stay open if others leave in time', () => {
    const { pending, closed, add } = pendingConnections();
    const [first] = ['a', 'b', 'c'].map((name) => add(name, '192.0.2.1'));
    if (first) pending.delete(first);
    vi.runAllTimers();
    expect(closed).toEqual([]);
    for (const name of ['d', 'e']) add(name, '192.0.2.1');
    vi.runAllTimers();
    expect(closed).toEqual(['b perAddress', 'c perAddress']);
  });
});
