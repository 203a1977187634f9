import { randomUUID } from 'node:crypto';

import { vi } from 'vitest';

import type { Haven } from '../haven.js';
import { preparedWebhook } from '../parity-webhooks.js';

/** Names a record that no operation on the other record changes. */
export const KEY = { index: 'code', value: 'a' };

/** Names and ids of the things on which operations are called. */
export interface Things {
  collection: string;
  /** A collection without records, which can be deleted. */
  empty: string;
  record: string;
  key: string;
  tenant: string;
  webhook: string;
  delivery: string;
}

type Kind = 'collection' | 'key' | 'tenant' | 'webhook';

/** Kinds of things that an operation changes, by a part of its name. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/Tenant/, 'tenant'],
  [/ApiKey/, 'key'],
  [/Webhook|redeliver/, 'webhook'],
  [/./, 'collection'],
];

/** Creates a tenant's things, on which operations are called. */
export class PreparedThings {
  readonly now: Things = { collection: '', empty: '', record: '', key: '', tenant: '', webhook: '', delivery: '' };

  constructor(private readonly haven: Haven) {}

  async prepare(): Promise<void> {
    for (const kind of ['collection', 'key', 'tenant', 'webhook'] as const) await this.create(kind);
    const hasCheckpoint = async () => (await this.haven.rest('GET', '/audit/checkpoint')).status === 200;
    await vi.waitUntil(hasCheckpoint, { timeout: 30_000, interval: 100 });
  }

  /** Creates new things if an operation may have made the current ones unusable for others. */
  async renew(operation: string): Promise<void> {
    if (!/^(delete|erase|revoke|rotate|replaceC|updateC|updateW|updateT)/.test(operation)) return;
    await this.create(KINDS.find(([pattern]) => pattern.test(operation))?.[1] ?? 'collection');
  }

  private async create(kind: Kind): Promise<void> {
    const { now } = this;
    if (kind === 'collection') {
      [now.collection, now.empty] = [`c-${randomUUID()}`, `e-${randomUUID()}`];
      await this.post('/collections', { name: now.empty });
      await this.post('/collections', { name: now.collection, indexes: [{ path: KEY.index, unique: true }] });
      await this.post(`/collections/${now.collection}/records`, { data: { [KEY.index]: KEY.value } });
      now.record = await this.post(`/collections/${now.collection}/records`, { data: { n: 1 } });
    }
    if (kind === 'key') now.key = await this.post('/api-keys', { name: 'key', scopes: ['records:read'] });
    if (kind === 'tenant') now.tenant = await this.post('/tenants', { name: `T${randomUUID()}` });
    if (kind === 'webhook') [now.webhook = '', now.delivery = ''] = await preparedWebhook(this.haven);
  }

  private async post(path: string, body: object): Promise<string> {
    const made = await this.haven.rest('POST', path, body);
    if (made.status !== 201) throw new Error(`POST ${path}: ${JSON.stringify(made.body)}`);
    return made.body.id;
  }
}
