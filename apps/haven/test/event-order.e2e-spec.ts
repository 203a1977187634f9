import { describe, expect, it, vi } from 'vitest';

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
});
