import { randomUUID } from 'node:crypto';

import { expect, it, vi } from 'vitest';

import { CollectionCache } from '@haven/collections';
import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';

import { RecordStore } from '../../../../libs/records/src/domain/record-store.js';
import { verify } from '../../src/verify.js';
import { openStream } from '../support/change-streams.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';

const haven = startHaven();

/** Deletes a record as a cascade from another record does. */
async function deleteBecauseOf(cause: string, record: { id: string; createdAt: string }): Promise<void> {
  const [collections, uow, store] = [CollectionCache, UnitOfWork, RecordStore].map((token) =>
    haven.app.get(token as never, { strict: false }),
  ) as unknown as [CollectionCache, UnitOfWork, RecordStore];
  const caller = { tenantId: haven.tenant, actor: 'tester', traceId: '0'.repeat(32), access: Access.full };
  await uow.run(caller, async () => {
    const collection = await collections.lockForWrite(caller, 'films');
    const change = { recordId: record.id, version: 2, type: 'record.deleted' as const, data: null, growth: -1 };
    await store.append(collection, [{ ...change, createdAt: record.createdAt, cause }]);
  });
}

const audited = () =>
  verify(testConfig([`database.url=${at(haven.address).DATABASE_URL}`]), {
    tenant: haven.tenant,
    audit: true,
    exported: [],
  });

it('the cause of an event is in its version, in the feed and in its hash', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const record = (await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien' } })).body;
  const { id } = record;
  const cause = randomUUID();
  await deleteBecauseOf(cause, record);

  const history = `/collections/films/records/${id}/history`;
  expect((await haven.rest('GET', history)).body.items.map((version: any) => version.cause)).toEqual([cause, null]);
  expect((await haven.rest('GET', `${history}/2`)).body.cause).toBe(cause);
  const { body } = await haven.graphql(
    `{ recordVersion(collection: "films", id: "${id}", version: 2) { cause }
       recordHistory(collection: "films", id: "${id}") { edges { node { cause } } } }`,
  );
  expect(body.data).toEqual({
    recordVersion: { cause },
    recordHistory: { edges: [{ node: { cause } }, { node: { cause: null } }] },
  });

  const stream = await openStream(`${haven.url}/api/v1/changes?after=earliest`, await haven.as(haven.tenant));
  await vi.waitFor(() => expect(stream.events.map(({ data }) => data.cause)).toEqual([null, null, cause]));
  stream.close();
  const { items } = (await haven.rest('GET', '/changes?after=earliest')).body;
  expect(items.map((change: any) => [change.version, change.cause])).toEqual([
    [1, null],
    [2, cause],
  ]);
  const page = await haven.graphql('{ changes(after: "earliest") { items { cause } } }');
  expect(page.body.data.changes.items).toEqual([{ cause: null }, { cause }]);

  expect(await audited()).toMatchObject({ sound: true });
  for (const altered of [randomUUID(), null]) {
    await haven.sql('UPDATE haven.events SET cause = $2 WHERE tenant_id = $1 AND version = 2', [haven.tenant, altered]);
    expect((await audited()).text).toContain(`event 2 was altered (record ${id} of "films", version 2)`);
  }
});
