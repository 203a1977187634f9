import { expect } from 'vitest';

import type { Haven } from '../support/haven.js';

/** Ids of what `storeCinema` creates. */
interface Cinema {
  film: string;
  person: string;
  webhook: string;
}

/** Fills the tenant of a test with collections that use everything that the console shows. */
export async function storeCinema(haven: Haven): Promise<Cinema> {
  await send(haven, 'PUT', '/collections/people', {
    schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, born: { type: 'integer' } } },
  });
  await send(haven, 'PUT', '/collections/films', {
    description: 'Films of a cinema',
    schema: {
      type: 'object',
      required: ['title'],
      properties: {
        title: { type: 'string', maxLength: 200 },
        year: { type: 'integer', minimum: 1888 },
        genre: { enum: ['drama', 'horror', 'comedy'] },
        released: { type: 'string', format: 'date' },
        rating: { type: 'number' },
        seen: { type: 'boolean' },
        tags: { type: 'array', items: { type: 'string' } },
        studio: { type: 'object', properties: { name: { type: 'string' } } },
        director: { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'people' } },
      },
    },
    indexes: [{ path: 'year' }],
    search: { paths: ['title'] },
  });
  const { id: person } = await send(haven, 'POST', '/collections/people/records', {
    data: { name: 'Ridley Scott', born: 1937 },
  });
  const films = [
    { title: 'Alien', year: 1979, genre: 'horror', released: '1979-05-25', rating: 8.5, seen: true, director: person },
    { title: 'Brazil', year: 1985, genre: 'comedy', rating: 7.8, tags: ['dystopia'], studio: { name: 'Embassy' } },
    { title: 'Casablanca', year: 1942, genre: 'drama', rating: 8.5 },
  ];
  const ids: string[] = [];
  for (const data of films) ids.push((await send(haven, 'POST', '/collections/films/records', { data })).id);
  const [film = ''] = ids;
  await send(haven, 'PATCH', `/collections/films/records/${film}`, { data: { rating: 8.6 } });
  // Nothing listens there, so that the console shows failed deliveries too.
  const { id: webhook } = await send(haven, 'POST', '/webhooks', { url: 'http://127.0.0.1:9/films' });
  return { film, person, webhook };
}

/** Sends a request that must succeed, and returns the body of its response. */
export async function send(haven: Haven, method: string, path: string, body: unknown): Promise<any> {
  const response = await haven.rest(method, path, body);
  expect(response.status, `${method} ${path}: ${JSON.stringify(response.body)}`).toBeLessThan(300);
  return response.body;
}
