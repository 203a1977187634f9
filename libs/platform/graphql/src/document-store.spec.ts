import { parse } from 'graphql';
import { expect, it } from 'vitest';

import { DocumentStore } from './document-store.js';

const MIB = 1024 * 1024;

it('keeps the most recently used documents, as many as fit into its memory', async () => {
  const store = new DocumentStore(MIB);
  const document = (n: number) => parse(`{ ${`field${n} `.repeat(400)} }`);
  for (let n = 0; n < 10; n++) {
    await store.set(String(n), document(n));
    await store.get('0');
  }
  const kept = await Promise.all(
    Array.from({ length: 10 }, async (_, n) => (await store.get(String(n))) !== undefined),
  );
  expect(kept[0]).toBe(true);
  expect(kept[9]).toBe(true);
  expect(kept.filter(Boolean).length).toBeLessThan(6);
});

it('counts comments too, and does not keep a document larger than its whole memory', async () => {
  const store = new DocumentStore(MIB);
  await store.set('small', parse('{ a }'));
  await store.set('large', parse(`{ a } # ${'x'.repeat(MIB)}`));
  expect(await store.get('large')).toBeUndefined();
  expect(await store.get('small')).toBeDefined();
});
