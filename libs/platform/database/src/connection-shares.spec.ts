import { describe, expect, it } from 'vitest';

import { CONNECTIONS_PER_REQUEST, ConnectionShares } from './connection-shares.js';
import type { ConnectionUse, Ticket } from './connection-shares.js';

/** Asks for connections, and records in which order they were granted. */
function sharesOf(size: number, isShared = true) {
  const shares = new ConnectionShares(size, isShared);
  const granted: string[] = [];
  const enter = (tenantId: string, use: ConnectionUse = 'exclusive', request: object = {}): Ticket =>
    shares.enter(Object.assign(request, { tenantId }), use, () => granted.push(tenantId));
  return { shares, granted, enter };
}

describe('connection shares', () => {
  it('let a tenant hold half of the pool, and one of these only for short statements', () => {
    const { shares, granted, enter } = sharesOf(10);
    const tickets = [1, 2, 3, 4, 5, 6].map(() => enter('a'));
    expect(granted).toHaveLength(4);
    enter('a', 'shared');
    const waiting = enter('a', 'shared');
    expect(granted).toHaveLength(5);
    expect(shares.waitsFor(waiting)).toBe('tenant');
    expect(shares.waiting()).toEqual({ request: 0, tenant: 3, pool: 0 });
    for (const ticket of tickets.slice(0, 2)) shares.release(ticket);
    expect(granted).toHaveLength(7);
    expect(shares.waitingOf({ tenantId: 'a' })).toBe(1);
  });

  it('let a request hold a few connections, whatever its tenant may hold', () => {
    const { shares, granted, enter } = sharesOf(100);
    const request = {};
    const tickets = Array.from({ length: 20 }, () => enter('a', 'exclusive', request));
    expect(granted).toHaveLength(CONNECTIONS_PER_REQUEST);
    expect(shares.waiting()).toEqual({ request: 17, tenant: 0, pool: 0 });
    enter('a');
    expect(granted).toHaveLength(CONNECTIONS_PER_REQUEST + 1);
    for (const ticket of tickets) shares.release(ticket);
    expect(granted).toHaveLength(21);
  });

  it('leave two connections for short statements, and serve the tenants in turn', () => {
    const { shares, granted, enter } = sharesOf(6);
    const held = ['a', 'a', 'b', 'b'].map((tenant) => enter(tenant));
    const waiting = ['c', 'c', 'c', 'd'].map((tenant) => enter(tenant));
    expect(granted).toEqual(['a', 'a', 'b', 'b']);
    expect(shares.waiting()).toEqual({ request: 0, tenant: 0, pool: 4 });
    enter('e', 'shared');
    expect(granted.at(-1)).toBe('e');
    for (const ticket of held) shares.release(ticket);
    expect(granted.slice(5)).toEqual(['c', 'd', 'c']);
    expect(shares.waitsFor(waiting[2] as Ticket)).toBe('tenant');
  });

  it('forget a ticket that is withdrawn, and serve a pool of one connection', () => {
    const { shares, granted, enter } = sharesOf(1);
    const held = enter('a');
    const withdrawn = enter('b');
    enter('c', 'shared');
    shares.withdraw(withdrawn);
    shares.withdraw(held);
    shares.release(held);
    expect(granted).toEqual(['a', 'c']);
    expect(shares.waiting()).toEqual({ request: 0, tenant: 0, pool: 0 });
  });

  it('keep no connections for short statements in a pool without them', () => {
    const { granted, enter } = sharesOf(3, false);
    for (const tenant of ['a', 'a', 'b', 'c', 'd']) enter(tenant);
    expect(granted).toEqual(['a', 'b', 'c']);
  });
});
