import { expect, vi } from 'vitest';

import type { Haven } from './haven.js';

/** Waits until the search index of a collection of the tenant is ready. */
export async function searchReady(haven: Haven, collection: string): Promise<void> {
  const isReady = async (): Promise<void> => {
    const { body } = await haven.rest('GET', `/collections/${collection}`);
    expect(body.search).toMatchObject({ state: 'ready' });
  };
  await vi.waitFor(isReady, { timeout: 20_000, interval: 20 });
}
