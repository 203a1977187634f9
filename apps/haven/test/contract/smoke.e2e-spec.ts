import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();

it('serves a record over REST and GraphQL', async () => {
  expect((await haven.rest('POST', '/collections', { name: 'movies' })).body).toMatchObject({
    name: 'movies',
    revision: 1,
  });
  const made = await haven.rest('POST', '/collections/movies/records', { data: { Title: 'Alien' } });
  expect(made.body).toMatchObject({ version: 1, data: { Title: 'Alien' } });
  expect(made.status).toBe(201);
  const read = await haven.graphql('query($id: ID!) { record(collection: "movies", id: $id) { id version data } }', {
    id: made.body.id,
  });
  expect(read.body).toEqual({ data: { record: { id: made.body.id, version: 1, data: { Title: 'Alien' } } } });
});
