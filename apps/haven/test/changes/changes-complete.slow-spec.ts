import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect, it, onTestFinished, vi } from 'vitest';

import { CollectionCache } from '@haven/collections';
import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { RecordStore } from '../../../../libs/records/src/domain/record-store.js';
import { DEFAULT_TENANT } from '../../../../libs/tenants/src/domain/tenant.js';
import { CHANGE, openStream, subscribe } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import { at, haven as start } from '../support/process.js';

const CHANGES = 10_000;
const WRITERS = 20;
const KILLS = 50;
const SETTINGS = ['database.poolSize=16', 'database.statementTimeout=60s'];

const haven = startHaven(SETTINGS);

/** Returns a random duration from 1 to 2,000 milliseconds, distributed logarithmically. */
const duration = (): number => 2_000 ** Math.random();

/** The state of a record, as a writer knows it. Either only this writer changes the record, or all writers do. */
interface Known {
  id: string;
  version: number;
  alive: boolean;
}

/** Writes `changes` changes, in transactions that stay open for a while. One in ten is rolled back. */
async function write(app: NestFastifyApplication, caller: Caller, shared: string, changes: number): Promise<void> {
  const uow = app.get(UnitOfWork, { strict: false });
  const rules = app.get(CollectionCache, { strict: false });
  const store = app.get(RecordStore, { strict: false });
  let own: Known[] = [];
  for (let left = changes; left > 0;) {
    const count = Math.min(left, randomInt(10, 40));
    const gives = randomInt(10) > 0;
    const time = duration();
    const next = await uow
      .run(caller, async () => {
        const collection = await rules.lockForWrite(caller, 'films');
        const records = own.map((record) => ({ ...record }));
        const first = Array.from({ length: count / 2 }, () => change(records));
        await store.append(collection, first);
        await delay(time / 2);
        const second = Array.from({ length: count - 1 - first.length }, () => change(records));
        await store.append(collection, second);
        const current = (await store.lock(collection.id, [shared])).get(shared);
        const version = (current?.version ?? 0) + 1;
        await store.append(collection, [
          { recordId: shared, version, type: 'record.updated', data: { shared: version } },
        ]);
        if (!gives) throw new RolledBack();
        return records;
      })
      .catch((error: unknown) => {
        if (error instanceof RolledBack) return undefined;
        throw error;
      });
    if (!next) continue;
    own = next;
    left -= count;
  }
}

class RolledBack extends Error {}

/** Returns an event that creates a record, or changes, deletes or recreates one of `records`. */
function change(records: Known[]): Parameters<RecordStore['append']>[1][number] {
  const record = records.length > 5 ? records[randomInt(records.length)] : undefined;
  if (!record) {
    const made = { id: randomUUID(), version: 1, alive: true };
    records.push(made);
    return { recordId: made.id, version: 1, type: 'record.created', data: { n: 1 } };
  }
  record.version++;
  const deletes = record.alive && randomInt(5) === 0;
  const type = deletes ? 'record.deleted' : record.alive ? 'record.updated' : 'record.created';
  record.alive = !deletes;
  return { recordId: record.id, version: record.version, type, data: deletes ? null : { n: record.version } };
}

/** A consumer of the feed that is killed repeatedly and resumes from the last cursor it received. */
class Consumer {
  readonly received: string[] = [];
  kills = 0;
  private life = 0;

  constructor(
    private readonly connect: (cursor: string, onChange: (change: any) => void) => Promise<() => void>,
    private cursor = 'earliest',
  ) {}

  /** Runs until it has received `enough()` changes and was killed `KILLS` times. */
  async run(enough: () => number): Promise<void> {
    while (this.kills < KILLS || this.received.length < enough()) {
      const life = ++this.life;
      const kill = await this.connect(this.cursor, (change) => {
        if (life === this.life) this.handle(change);
      }).catch(() => undefined);
      await delay(this.kills < KILLS ? randomInt(20, 250) : 2_000);
      this.life++;
      kill?.();
      this.kills++;
    }
  }

  private handle({ type, cursor, recordId, version }: any): void {
    this.cursor = cursor;
    if (type !== 'ready') this.received.push(`${recordId}/${version}`);
  }
}

it('delivers every change to every consumer, once and in order', { timeout: 240_000 }, async () => {
  haven.tenant = DEFAULT_TENANT;
  const headers = { 'x-test-tenant': DEFAULT_TENANT };
  const second = await secondHaven(haven, SETTINGS);
  onTestFinished(() => second.app.close());
  const url = new URL(at(haven.address).DATABASE_URL);
  url.searchParams.set('application_name', 'doomed');
  const doomed = start(['start'], { DATABASE_URL: url.href });
  const urls = [haven.url, second.url, await doomed.origin];
  const anyUrl = (): string => urls[randomInt(urls.length)] ?? haven.url;

  await haven.rest('POST', '/collections', { name: 'films' });
  const leader = async (): Promise<string> => {
    const [row] = await haven.sql(
      `SELECT pid, application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE locktype = 'advisory' AND objid::bigint = $1 AND granted AND datname = current_database()`,
      [4_283_650_003 % 2 ** 32],
    );
    if (row && row.name !== 'haven-leader (doomed)') await haven.sql('SELECT pg_terminate_backend($1)', [row.pid]);
    return row?.name;
  };
  await vi.waitFor(async () => expect(await leader()).toBe('haven-leader (doomed)'), {
    timeout: 60_000,
    interval: 500,
  });

  const pages = new Consumer(async (cursor, onChange) => {
    const abort = new AbortController();
    void (async () => {
      for (let after = cursor; ;) {
        const address = `${anyUrl()}/api/v1/changes?limit=100&after=${after}`;
        const page = await (await fetch(address, { headers, signal: abort.signal })).json();
        page.items.forEach(onChange);
        after = page.nextCursor;
        onChange({ type: 'ready', cursor: after });
        if (!page.hasMore) await delay(10, undefined, { signal: abort.signal });
      }
    })().catch(() => undefined);
    return () => abort.abort();
  });
  const streams = new Consumer(async (cursor, onChange) => {
    const stream = await openStream(
      `${anyUrl()}/api/v1/changes?after=earliest`,
      { ...headers, ...(cursor !== 'earliest' && { 'last-event-id': cursor }) },
      ({ data }) => onChange(data),
    );
    return stream.close;
  });
  const sockets = new Consumer(async (cursor, onChange) => {
    const query = `subscription { changes(after: ${JSON.stringify(cursor)}) { ${CHANGE} } }`;
    const { kill } = subscribe(anyUrl(), query, { headers, onChange });
    return kill;
  });

  let committed = Infinity;
  const consumers = [pages, streams, sockets];
  const consuming = Promise.all(consumers.map((consumer) => consumer.run(() => committed)));
  const caller = { tenantId: DEFAULT_TENANT, actor: 'writer', traceId: '0'.repeat(32), access: Access.full };
  const { id: shared } = (await haven.rest('POST', '/collections/films/records', { data: { shared: 1 } })).body;
  const kill = async (): Promise<void> => {
    await delay(5_000);
    urls.pop();
    doomed.child.kill('SIGKILL');
  };
  const killing = kill();
  await Promise.all(
    Array.from({ length: WRITERS }, (_, n) => write(n % 2 ? haven.app : second.app, caller, shared, CHANGES / WRITERS)),
  );
  await killing;
  const events = await haven.sql('SELECT record_id, version FROM haven.events WHERE tenant_id = $1', [DEFAULT_TENANT]);
  committed = events.length;
  await consuming;

  expect(committed).toBe(CHANGES + 1);
  expect(await leader()).toBe('haven-leader');
  const expected = new Set(events.map(({ record_id: id, version }) => `${id}/${version}`));
  for (const { received, kills } of consumers) {
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    expect(received).toHaveLength(committed);
    expect(new Set(received)).toEqual(expected);
    expect(firstOutOfOrder(received)).toBeUndefined();
    expect(received).toEqual(pages.received);
  }
});

/** Returns the first change that does not follow the previous version of its record. */
function firstOutOfOrder(received: readonly string[]): string | undefined {
  const versions = new Map<string, number>();
  return received.find((one) => {
    const [id = '', version] = one.split('/');
    const before = versions.get(id) ?? 0;
    versions.set(id, Number(version));
    return Number(version) !== before + 1;
  });
}
