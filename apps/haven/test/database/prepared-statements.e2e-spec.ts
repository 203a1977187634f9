import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { startHaven } from '../support/haven.js';

const haven = startHaven([]);
let uow: UnitOfWork;
let caller: Caller;

beforeAll(() => {
  uow = haven.app.get(UnitOfWork);
});

beforeEach(() => {
  caller = { tenantId: haven.tenant, actor: 'tester', traceId: randomUUID(), access: Access.full };
});

/** Runs a statement with a fixed plan. All statements of a test use one connection, because they follow each other. */
async function run(text: string, values: unknown[] = []): Promise<unknown> {
  return (await uow.read(caller, { text, values, hasFixedPlan: true }))[0]?.[0];
}

/** Returns the names and the kinds of plans of the statements that were prepared by their text. */
async function prepared(containing: string): Promise<unknown[][]> {
  const text = `SELECT name, generic_plans > 0, custom_plans FROM pg_prepared_statements
    WHERE name LIKE 'repeated.%' AND statement LIKE $1 ORDER BY name`;
  return (await uow.read(caller, { text, values: [`%${containing}%`] })) as unknown[][];
}

const SETTINGS = "SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan')";

describe('a statement with a fixed plan', () => {
  it('is prepared at its third use, and planned without its values', async () => {
    for (let use = 1; use <= 5; use++) {
      expect(await run("SELECT $1::int + 1, 'third'", [use])).toBe(String(use + 1));
      expect(await prepared("'third'")).toHaveLength(use < 3 ? 0 : 1);
    }
    expect(await prepared("'third'")).toEqual([[expect.anything(), 't', '0']]);
  });

  it('is closed when many others have been used since', async () => {
    for (let shape = 0; shape < 40; shape++) {
      for (let use = 0; use < 3; use++) expect(await run(`SELECT $1::text, 'shape ${shape}'`, ['x'])).toBe('x');
    }
    expect(await prepared("'shape ")).toHaveLength(20);
    expect(await run("SELECT $1::text, 'shape 0'", ['again'])).toBe('again');
    expect(await prepared("'shape ")).toHaveLength(20);
  });

  it('is prepared again after it failed, and not left over', async () => {
    const divide = (by: number) => run('SELECT 6 / $1::int', [by]);
    for (let attempt = 0; attempt < 6; attempt++) await expect(divide(0)).rejects.toThrow('division by zero');
    expect(await prepared('6 / $1')).toEqual([]);
    expect(await divide(3)).toBe('2');
    expect(await prepared('6 / $1')).toHaveLength(1);
    await expect(divide(0)).rejects.toThrow('division by zero');
    expect(await divide(2)).toBe('3');
    expect(await prepared('6 / $1')).toHaveLength(1);
  });

  it('is prepared again if the connection has lost it', async () => {
    const text = "SELECT $1::text, 'lost'";
    for (let use = 0; use < 3; use++) await run(text, ['x']);
    await uow.read(caller, { text: 'DEALLOCATE ALL', values: [] });
    expect(await run(text, ['y'])).toBe('y');
    expect(await prepared("'lost'")).toHaveLength(1);
  });

  it('is prepared again if another statement on the connection is not, because the one before it failed', async () => {
    const text = "SELECT $1::text, 'kept'";
    for (let use = 0; use < 3; use++) await run(text, ['x']);
    const fails = { text: 'SELECT 1 / 0', values: [] };
    const later = { name: 'test.later', text: 'SELECT 2', values: [] };
    const together = [uow.write(caller, fails, later), uow.write(caller, later)]; // the second relies on the first
    await expect(together[0]).rejects.toThrow('division by zero');
    expect((await together[1])?.[0]).toEqual([['2']]);
    expect(await run(text, ['y'])).toBe('y');
    expect(await prepared("'kept'")).toHaveLength(1);
  });

  it('leaves the settings of the session as they are', async () => {
    await run("SELECT 'settings'");
    expect(await uow.read(caller, { text: SETTINGS, values: [] })).toEqual([['auto', 'on']]);
  });

  it('is planned without its values in an open transaction too, and no other statement is', async () => {
    const fixed = { text: `${SETTINGS}, $1::text, 'open'`, hasFixedPlan: true };
    const send = (value: string) => uow.pipeline(caller, { ...fixed, values: [value] });
    const results = await uow.run(caller, async () => [
      ...(await send('a')),
      ...(await send('b')),
      ...(await send('c')),
      ...(await uow.pipeline(caller, { text: SETTINGS, values: [] })).slice(0, 1),
    ]);
    const row = (value: string) => [['force_generic_plan', 'off', value, 'open']];
    expect(results).toEqual([row('a'), row('b'), row('c'), [['auto', 'on']]]);
    expect(await prepared("'open'")).toEqual([[expect.anything(), 't', '0']]);
  });
});

describe('a list with a filter', () => {
  const films = '/collections/films';
  const titles = async (year: number): Promise<string[]> => {
    const { body } = await haven.rest('POST', `${films}/query`, { filter: { year }, sort: '$createdAt' });
    return body.items.map(({ data }: { data: { title: string } }) => data.title);
  };
  const declare = async (indexes: string[]): Promise<void> => {
    await haven.rest('PATCH', films, { indexes });
    await expect
      .poll(async () => (await haven.rest('GET', films)).body.indexes, { timeout: 20_000 })
      .toSatisfy((all: { state: string }[]) => all.every(({ state }) => state === 'ready'));
  };

  it('has the same answers while its index is declared, dropped and declared again', async () => {
    await haven.rest('POST', '/collections', { name: 'films', indexes: ['year'] });
    for (const [title, year] of [['one', 2001] as const, ['two', 2002] as const, ['three', 2001] as const])
      await haven.rest('POST', `${films}/records`, { data: { title, year } });
    for (const indexes of [['year'], [], ['year']]) {
      await declare(indexes);
      for (let use = 0; use < 4; use++) {
        expect(await titles(2001)).toEqual(['one', 'three']);
        expect(await titles(2002)).toEqual(['two']);
      }
    }
  });
});
