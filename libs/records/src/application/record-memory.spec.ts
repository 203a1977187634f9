import { describe, expect, it } from 'vitest';

import { JsonText } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';
import type { ReadRecord } from './read-record.js';
import { RecordMemory } from './record-memory.js';

const AT = '2026-01-01T00:00:00.000Z';

function version(n: number, text = `{"n":${n}}`): ReadRecord {
  return { record: new StoredRecord('id', n, new JsonText(text), AT, AT) as LiveRecord, position: 7n };
}

/** A read that comes back when it is told to. */
function slowRead(): { read: () => Promise<ReadRecord | null>; come: (found: ReadRecord | null) => void } {
  const { promise, resolve } = Promise.withResolvers<ReadRecord | null>();
  return { read: () => promise, come: resolve };
}

describe('the memory of records', () => {
  it('has what was read, under the epoch it was read under', async () => {
    const memory = new RecordMemory(10_000);
    expect(await memory.fill('a', 1, async () => version(1))).toEqual(version(1));
    expect(memory.get('a', 1)).toEqual(version(1));
    expect(memory.get('a', 2)).toBeUndefined();
    memory.hear('a', 1);
    expect(memory.get('a', 1)).toEqual(version(1));
    memory.hear('a', 2);
    expect(memory.get('a', 1)).toBeUndefined();
  });

  it('lends nobody what another has parsed', async () => {
    const memory = new RecordMemory(10_000);
    await memory.fill('a', 1, async () => version(1));
    const first = memory.get('a', 1)?.record.data ?? {};
    first['n'] = 'changed';
    expect(memory.get('a', 1)?.record.data).toEqual({ n: 1 });
  });

  it('remembers no record that is not there, and none of a read that failed', async () => {
    const memory = new RecordMemory(10_000);
    expect(await memory.fill('a', 1, async () => null)).toBeNull();
    await expect(memory.fill('a', 1, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(memory.get('a', 1)).toBeUndefined();
  });

  it('remembers nothing of a read that came back after the record had changed', async () => {
    const memory = new RecordMemory(10_000);
    const { read, come } = slowRead();
    const filled = memory.fill('a', 1, read);
    memory.hear('a', 2);
    come(version(1));
    expect(await filled).toEqual(version(1));
    expect(memory.get('a', 1)).toBeUndefined();
  });

  it('remembers the newest of several reads at once, in whatever order they come back', async () => {
    const memory = new RecordMemory(10_000);
    const [early, late, last] = [slowRead(), slowRead(), slowRead()];
    const all = [early, late, last].map(({ read }) => memory.fill('a', 1, read));
    memory.hear('a', 2);
    late.come(version(3));
    await all[1];
    expect(memory.get('a', 1)?.record.version, 'though others are still reading').toBe(3);
    early.come(version(1));
    last.come(version(2));
    await Promise.all(all);
    expect(memory.get('a', 1)?.record.version).toBe(3);
  });

  it('takes no more room than it is given', async () => {
    const memory = new RecordMemory(10_000);
    const large = JSON.stringify({ text: 'x'.repeat(1_000) });
    for (const key of ['a', 'b', 'c', 'd', 'e']) await memory.fill(key, 1, async () => version(1, large));
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => memory.get(key, 1))).toEqual(['c', 'd', 'e']);
    await memory.fill('f', 1, async () => version(1, JSON.stringify({ text: 'x'.repeat(10_000) })));
    expect(memory.get('f', 1)).toBeUndefined();
  });
});
