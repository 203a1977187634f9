import { randomUUID } from 'node:crypto';

import { expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@haven/kernel';

import { applyPatch } from '../support/apply-patch.js';
import { startHaven } from '../support/haven.js';
import { randomFrom } from '../support/random.js';

const haven = startHaven();
const TENANTS = 4;
const BATCHES = 500;
const COLLECTIONS = ['people', 'films', 'notes'] as const;
const seed = Date.now();

/** A change that a dry run reports, or an event that the real run has written. */
interface Change {
  collection: string;
  id: string;
  type: string;
  version: number;
  cause: string | null;
  patch: JsonValue[];
}

interface Logged extends Omit<Change, 'patch'> {
  before: JsonObject | null;
  after: JsonObject | null;
}

it(
  'reports what the real run does, or fails with the same error',
  async () => {
    const runs = Array.from({ length: TENANTS }, (_, index) => new Tenant(randomFrom(seed + index)).run());
    const counts = await Promise.all(runs);
    const total = (index: 0 | 1 | 2) => counts.reduce((sum, one) => sum + one[index], 0);
    const [succeeded, failed, caused] = [total(0), total(1), total(2)];
    // The test is worth something only if it saw all kinds of outcomes.
    expect(succeeded, `seed ${seed}`).toBeGreaterThan((TENANTS * BATCHES) / 4);
    expect(failed, `seed ${seed}`).toBeGreaterThan(TENANTS * 10);
    expect(caused, `seed ${seed}`).toBeGreaterThan(TENANTS * 10);
  },
  10 * 60_000,
);

/** Sends random batches of one tenant, each as a dry run and then for real. */
class Tenant {
  private readonly id = randomUUID();
  /** Ids of records by collection, live or deleted. */
  private readonly ids: Record<string, string[]> = { people: [], films: [], notes: [] };
  private position = 0;

  constructor(private readonly random: () => number) {}

  async run(): Promise<[succeeded: number, failed: number, caused: number]> {
    const as = await haven.as(this.id);
    await this.declareCollections(as);
    const counts: [number, number, number] = [0, 0, 0];
    for (let n = 0; n < BATCHES; n++) {
      const operations = this.operations();
      const hint = `seed ${seed}, batch ${n}: ${JSON.stringify(operations)}`;
      const dry = await haven.rest('POST', '/batch?dryRun=true', { operations }, as);
      const real = await haven.rest('POST', '/batch', { operations }, as);
      expect(dry.status, hint).toBe(real.status);
      const events = await this.events();
      if (real.status === 200) {
        this.expectSame(dry.body.dryRun, events, hint);
        counts[0] += 1;
        counts[2] += events.filter(({ cause }) => cause !== null).length;
      } else {
        const problem = ({ code, index, uniqueIndex, references }: any) => ({ code, index, uniqueIndex, references });
        expect(problem(dry.body), hint).toEqual(problem(real.body));
        const pointers = ({ errors = [] }: any) => errors.map(({ code, pointer }: any) => `${code} ${pointer}`);
        if (real.body.errors) expect(pointers(dry.body), hint).toEqual(expect.arrayContaining(pointers(real.body)));
        expect(events, hint).toEqual([]);
        counts[1] += 1;
      }
    }
    return counts;
  }

  private async declareCollections(as: Record<string, string>): Promise<void> {
    const reference = (collection: string, onDelete: string) => ({
      type: ['string', 'null'],
      'x-haven-ref': { collection, onDelete },
    });
    const create = async (name: string, properties: object, indexes: unknown[]): Promise<void> => {
      const schema = { type: 'object', properties: { n: { type: 'integer', maximum: 8 }, ...properties } };
      const { status } = await haven.rest('POST', '/collections', { name, schema, indexes }, as);
      expect(status).toBe(201);
    };
    await create('people', { boss: reference('people', 'setNull') }, [{ path: 'code', unique: true }]);
    await create('films', { director: reference('people', 'restrict'), sequel: reference('films', 'cascade') }, ['n']);
    await create('notes', { film: reference('films', 'cascade'), author: reference('people', 'setNull') }, []);
  }

  /** Compares the reported changes with the events in each collection. New records have other ids. */
  private expectSame({ changes, count }: { changes: Change[]; count: number }, events: Logged[], hint: string): void {
    expect(count, hint).toBe(events.length);
    const renamed = new Map<string, string>();
    for (const collection of COLLECTIONS) {
      const reported = changes.filter((change) => change.collection === collection);
      const written = events.filter((event) => event.collection === collection);
      expect(reported.length, hint).toBe(written.length);
      for (const [index, { id, ...change }] of reported.entries()) {
        const event = written[index] as Logged;
        const expected = renamed.get(id) ?? (event.version === 1 && change.version === 1 ? event.id : id);
        renamed.set(id, expected);
        const { before, after, ...facts } = event;
        expect({ ...change, id: expected, patch: undefined }, hint).toEqual({ ...facts, patch: undefined });
        expect(applyPatch(before, change.patch), hint).toEqual(after);
      }
    }
  }

  /** Returns the events since the last call, with the documents before and after, and records new ids. */
  private async events(): Promise<Logged[]> {
    const rows = await haven.sql(
      `SELECT e.position, c.name AS collection, e.record_id AS id, e.type, e.version, e.cause, e.data AS after,
         before.data AS before
       FROM haven.events AS e
       JOIN haven.collections AS c ON c.tenant_id = e.tenant_id AND c.id = e.collection_id
       LEFT JOIN haven.events AS before ON before.tenant_id = e.tenant_id AND before.collection_id = e.collection_id
         AND before.record_id = e.record_id AND before.version = e.version - 1
       WHERE e.tenant_id = $1 AND e.position > $2 ORDER BY e.position`,
      [this.id, this.position],
    );
    return rows.map(({ position, ...event }) => {
      this.position = position;
      if (event.version === 1) this.ids[event.collection]?.push(event.id);
      return event;
    });
  }

  private operations(): object[] {
    const fresh: Record<string, string[]> = { people: [], films: [], notes: [] };
    return Array.from({ length: 1 + this.below(5) }, (_, index) => this.operation(index, fresh));
  }

  private operation(index: number, fresh: Record<string, string[]>): object {
    const collection = this.pick(COLLECTIONS);
    const id = this.pick([...(this.ids[collection] ?? []).slice(-8), ...(fresh[collection] ?? []), randomUUID()]);
    const precondition = this.below(6) === 0 ? { expectedVersion: 1 + this.below(3) } : {};
    const data = this.document(collection, fresh);
    switch (this.below(8)) {
      case 0:
      case 1:
        return { op: 'create', collection, data, ...(this.below(2) === 0 && { label: `l${index}` }) };
      case 2: {
        const own = randomUUID();
        fresh[collection]?.push(own);
        return { op: 'create', collection, id: own, data };
      }
      case 3:
        return { op: 'replace', collection, id, data, ...precondition };
      case 4:
        return { op: 'patch', collection, id, data: { ...data, code: null }, ...precondition };
      case 5:
        return {
          op: 'jsonPatch',
          collection,
          id,
          operations: [{ op: this.pick(['add', 'replace', 'test']), path: '/data/n', value: this.below(10) }],
        };
      case 6:
        return { op: 'restore', collection, id, version: 1 + this.below(3) };
      default:
        return { op: 'delete', collection, id, ...precondition };
    }
  }

  private document(collection: string, fresh: Record<string, string[]>): object {
    const link = (target: string): string | null =>
      this.below(4) === 0 ? null : this.pick([...(this.ids[target] ?? []).slice(-8), ...(fresh[target] ?? []), null]);
    const n = this.below(20) === 0 ? 'x' : this.below(9);
    if (collection === 'people') return { n, code: `c${this.below(40)}`, boss: link('people') };
    if (collection === 'films') return { n, director: link('people'), sequel: link('films') };
    return { n, film: link('films'), author: link('people') };
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T; // no caller passes an empty list
  }
}
