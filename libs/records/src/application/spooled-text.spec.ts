import { describe, expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { ImportSpool } from '../domain/import-spool.js';
import { SpooledText } from './spooled-text.js';

const caller: Caller = { tenantId: 't', actor: 'a', traceId: 'x', access: Access.full };
const CHUNK = 'x'.repeat(100_000);

/** Keeps the parts in memory. */
class Parts {
  readonly texts = new Map<number, string>();
  charged = 0;
  removed: number | undefined;
  readonly text: SpooledText;

  constructor() {
    const spool: Partial<ImportSpool> = {
      appendText: async (_caller, _id, part, text) => {
        this.texts.set(part, text);
        return text.length;
      },
      readText: async (_caller, _id, part) => this.texts.get(part) ?? null,
      remove: async (_caller, _id, bytes) => void (this.removed = bytes),
    };
    // only the methods that texts use
    this.text = new SpooledText(caller, spool as ImportSpool, async (bytes) => void (this.charged += bytes));
  }

  async record(chunks: number): Promise<string> {
    return joined(this.text.record(numbered(chunks)));
  }
}

describe('a spooled text', () => {
  it('is returned as it was recorded, in parts of limited length', async () => {
    const parts = new Parts();
    const recorded = await parts.record(30);
    expect(await joined(parts.text.read())).toBe(recorded);
    const lengths = [...parts.texts.values()].map(({ length }) => length);
    expect(lengths).toHaveLength(5);
    expect(Math.max(...lengths)).toBeLessThan(700_000);
    const stored = lengths.reduce((sum, length) => sum + length, 0);
    await parts.text.discard();
    expect([parts.charged, parts.removed]).toEqual([stored, stored]);
  });

  it('stays in memory if it is short', async () => {
    const parts = new Parts();
    const recorded = await parts.record(3);
    expect(await joined(parts.text.read())).toBe(recorded);
    await parts.text.discard();
    expect([parts.texts.size, parts.charged, parts.removed]).toEqual([0, 0, undefined]);
  });

  it('fails if a part was lost', async () => {
    const parts = new Parts();
    await parts.record(30);
    parts.texts.delete(2);
    await expect(joined(parts.text.read())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await parts.text.discard();
  });
});

async function* numbered(chunks: number): AsyncGenerator<string> {
  for (let n = 0; n < chunks; n++) yield `${n}${CHUNK}`;
}

async function joined(texts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const text of texts) all += text;
  return all;
}
