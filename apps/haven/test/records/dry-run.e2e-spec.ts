import { expect, it } from 'vitest';
import { startHaven } from '../support/haven.js';
const haven = startHaven();
it('smoke', async () => {
  await haven.rest('POST', '/collections', { name: 'films', indexes: [{ path: 'code', unique: true }] });
  const dry = await haven.rest(
    'POST',
    '/collections/films/records?dryRun=true',
    { data: { a: 1 } },
    { 'idempotency-key': 'x' },
  );
  console.log(dry.status, [...dry.headers], JSON.stringify(dry.body, null, 1));
  const { body } = await haven.rest(
    'POST',
    '/collections/films/records',
    { data: { a: 1 } },
    { 'idempotency-key': 'x' },
  );
  console.log(body, await haven.rest('GET', '/collections/films/records'));
  console.log(JSON.stringify((await haven.rest('DELETE', `/collections/films/records/${body.id}?dryRun=true`)).body));
  console.log(JSON.stringify((await haven.rest('DELETE', `/collections/films?dryRun=true&cascade=true`)).body));
  console.log(
    JSON.stringify(
      (
        await haven.rest('POST', `/collections/films/import?dryRun=true`, '{"a":1}\n{"a":2}\n', {
          'content-type': 'application/x-ndjson',
        })
      ).body,
    ),
  );
  console.log(JSON.stringify((await haven.rest('POST', `/collections/films/records?dryRun=maybe`, { data: {} })).body));
  console.log(
    JSON.stringify(
      (
        await haven.rest('POST', `/batch?dryRun=true`, {
          operations: [
            { op: 'create', collection: 'films', data: { code: 1 } },
            { op: 'delete', collection: 'films', id: body.id },
            { op: 'delete', collection: 'films', id: body.id },
            { op: 'delete', collection: 'x', id: body.id },
          ],
        })
      ).body,
    ),
  );
  console.log(
    JSON.stringify(
      (
        await haven.graphql(
          `mutation { a: createRecord(collection: "films", data: {b: 1}, dryRun: true) { id version } }`,
        )
      ).body,
    ),
  );
  expect(await haven.sql('select count(*)::int from haven.events')).toEqual([{ count: 1 }]);
  expect(await haven.sql('select count(*)::int from haven.import_lines')).toEqual([{ count: 0 }]);
});
