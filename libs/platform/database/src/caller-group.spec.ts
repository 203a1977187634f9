import { expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { groupOf, shareWritten } from './caller-group.js';

const caller: Caller = { tenantId: 'one', actor: 'a', traceId: 't', access: Access.full };

it('records a shared statement in the trace of each caller', () => {
  const recorded: unknown[] = [];
  const traced = (name: string): Caller => ({
    ...caller,
    trace: { recordStatement: (...statement) => recorded.push([name, ...statement]) },
  });
  groupOf([traced('first'), caller, traced('last')]).trace?.recordStatement('records.append', 1, 2);
  expect(recorded).toEqual([
    ['first', 'records.append', 1, 2],
    ['last', 'records.append', 1, 2],
  ]);
});

it('advances the position of each caller, and depends on the connection of none', () => {
  const consistency = { position: 3n, primary: 3n, pinned: false };
  const client = { isGone: true, onGone: () => () => undefined };
  const callers = [caller, { ...caller, consistency, client }];
  const group = groupOf(callers);
  expect(group.client).toBe(undefined);
  expect(group.consistency).toEqual({ position: 0n, primary: 0n, pinned: false });
  if (group.consistency) group.consistency.primary = 7n;
  for (const each of callers) shareWritten(group, each);
  expect(consistency).toEqual({ position: 7n, primary: 7n, pinned: false });
});

it('never contains callers of two tenants', () => {
  expect(() => groupOf([caller, { ...caller, tenantId: 'two' }])).toThrow('one tenant');
});
