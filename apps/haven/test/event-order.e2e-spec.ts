import { randomUUID } from 'node:crypto';

import { describe, expect, it, vi } from 'vitest';

import { CollectionRules } from '@haven/collections';
import { UnitOfWork } from '@haven/platform';

import { RecordStore } from '../../../libs/records/src/domain/record-store.js';

import { startHaven } from './support/haven.js';

const haven = startHaven();

/** The feed of the test's tenant. */
const feed = () =>
  haven.sql<{ seq: string; version: number; id: string; hash: Buffer; digest: Buffer | null }>(
    'SELECT seq, version, record_id AS id, hash, digest FROM haven.feed WHERE tenant_id = $1 ORDER BY seq',
    [haven.tenant],
  );

describe('the order of events', () => {
  it('numbers what was written, without gaps, sealed', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const { body } = await haven.rest('POST', '/collections/films/records', { data: { a: 1 } });
    await haven.rest('PATCH', `/collections/films/records/${body.id}`, { data: { a: 2 } });
    await haven.rest('DELETE', `/collections/films/records/${body.id}`);
    await vi.waitFor(async () => expect(await feed()).toHaveLength(3));
    const lines = await feed();
    expect(lines.map(({ seq, version }) => [Number(seq), version])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(lines.map(({ digest }) => digest?.length ?? 0)).toEqual([32, 32, 0]);
    expect(new Set(lines.map(({ hash }) => hash.toString('hex'))).size).toBe(3);
  });

  it('passes over nobody who got his place before one who was first to begin', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const caller = { tenantId: haven.tenant, actor: 'tester', traceId: '0'.repeat(32) };
    const uow = haven.app.get(UnitOfWork, { strict: false });
    const append = async (recordId: string): Promise<unknown> => {
      const rules = await haven.app.get(CollectionRules, { strict: false }).forWriting(caller, 'films');
      const event = { recordId, version: 1, type: 'record.created', data: {} } as const;
      return haven.app.get(RecordStore, { strict: false }).append(rules, [event]);
    };
    const [one, two, three, four] = Array.from({ length: 4 }, () => randomUUID()) as [string, string, string, string];
    const [begun, firstGoesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const [written, secondGoesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = uow.run(caller, async () => {
      await append(one);
      begun.resolve();
      await firstGoesOn.promise;
      await append(three);
    });
    await begun.promise;
    const second = uow.run(caller, async () => {
      await append(two);
      written.resolve();
      await secondGoesOn.promise;
    });
    await written.promise;
    firstGoesOn.resolve();
    await first;
    await vi.waitFor(async () => expect((await feed()).map(({ id }) => id)).toEqual([one, three]));
    await uow.run(caller, () => append(four)); // one more round, while the second is still under way
    await vi.waitFor(async () => expect(await feed()).toHaveLength(3));
    secondGoesOn.resolve();
    await second;
    await vi.waitFor(async () => expect((await feed()).map(({ id }) => id)).toEqual([one, three, four, two]));
  });
});
