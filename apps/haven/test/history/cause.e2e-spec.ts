import { randomUUID } from 'node:crypto';

import { expect, it, vi } from 'vitest';

import { verify } from '../../src/verify.js';
import { openStream } from '../support/change-streams.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';

const haven = startHaven();

const audited = () =>
  verify(testConfig([`database.url=${at(haven.address).DATABASE_URL}`]), {
    tenant: haven.tenant,
    audit: true,
    exported: [],
  });

it('the cause of a change is in its version, in the feed and in its hash', async () => {
  const schema = { properties: { director: { 'x-haven-ref': { collection: 'people', onDelete: 'cascade' } } } };
  await haven.rest('POST', '/collections', { name: 'people' });
  await haven.rest('POST', '/collections', { name: 'films', schema });
  const cause = (await haven.rest('POST', '/collections/people/records', { data: { name: 'Ridley' } })).body.id;
  const { id } = (await haven.rest('POST', '/collections/films/records', { data: { director: cause } })).body;
  expect((await haven.rest('DELETE', `/collections/people/records/${cause}`)).status).toBe(204);

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

  const films = 'after=earliest&collection=films';
  const stream = await openStream(`${haven.url}/api/v1/changes?${films}`, await haven.as(haven.tenant));
  await vi.waitFor(() => expect(stream.events.map(({ data }) => data.cause)).toEqual([null, null, cause]));
  stream.close();
  const { items } = (await haven.rest('GET', `/changes?${films}`)).body;
  expect(items.map((change: any) => [change.version, change.cause])).toEqual([
    [1, null],
    [2, cause],
  ]);
  const page = await haven.graphql('{ changes(after: "earliest", collection: "films") { items { cause } } }');
  expect(page.body.data.changes.items).toEqual([{ cause: null }, { cause }]);

  expect(await audited()).toMatchObject({ sound: true });
  for (const altered of [randomUUID(), null]) {
    await haven.sql('UPDATE haven.events SET cause = $3 WHERE tenant_id = $1 AND record_id = $2 AND version = 2', [
      haven.tenant,
      id,
      altered,
    ]);
    expect((await audited()).text).toContain(`was altered (record ${id} of "films", version 2)`);
  }
});
