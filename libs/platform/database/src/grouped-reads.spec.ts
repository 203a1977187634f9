import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { RolledBack } from './database-error.js';
import { GroupedReads } from './grouped-reads.js';

const callerOf = (tenantId: string): Caller => ({ tenantId, actor: 'a', traceId: 't', access: Access.full });
const one = callerOf('one');

/** Reads whose row is their text, unless `failure` returns an error for the texts that are sent together. */
function reads(failure: (texts: readonly string[]) => Error | undefined = () => undefined) {
  const sent: { callers: readonly Caller[]; texts: string[] }[] = [];
  const grouped = new GroupedReads((callers, statements) => {
    const texts = statements.map(({ text }) => text);
    sent.push({ callers, texts });
    const error = failure(texts);
    return error ? Promise.reject(error) : Promise.resolve(texts.map((text) => [[text]]));
  });
  const read = (text: string, caller = one) => grouped.read(caller, { text, values: [] });
  return { read, sent, texts: () => sent.map((group) => group.texts) };
}

describe('reads by key', () => {
  it('are sent together at the end of the turn in which they arrive, and each gets its rows', async () => {
    const { read, texts } = reads();
    const rows = Promise.all([read('a'), read('b')]);
    expect(texts()).toEqual([]);
    await setImmediate();
    const next = read('c');
    expect(texts()).toEqual([['a', 'b']]);
    expect([...(await rows), await next]).toEqual([[['a']], [['b']], [['c']]]);
    expect(texts()).toEqual([['a', 'b'], ['c']]);
  });

  it('never share a transaction with those of another tenant', async () => {
    const { read, sent, texts } = reads();
    const other = callerOf('other');
    await Promise.all([read('a'), read('b', other), read('c'), read('d', other)]);
    expect(texts()).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    expect(sent.map(({ callers }) => callers)).toEqual([[one], [other]]); // each once, for the traces
  });

  it('are limited in number', async () => {
    const { read, texts } = reads();
    await Promise.all(Array.from({ length: 65 }, (_, number) => read(String(number))));
    expect(texts().map(({ length }) => length)).toEqual([32, 32, 1]);
  });

  it('are sent one by one if one of them has failed', async () => {
    const { read, texts } = reads((all) => {
      if (all.length > 1) return new RolledBack();
      return all[0] === 'b' ? new Error('broken') : undefined;
    });
    const results = await Promise.allSettled([read('a'), read('b'), read('c')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(texts()).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  });

  it('fail together if the failure concerns all of them', async () => {
    const { read, texts } = reads(() => new Error('gone'));
    const results = await Promise.allSettled([read('a'), read('b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(texts()).toEqual([['a', 'b']]);
  });
});
