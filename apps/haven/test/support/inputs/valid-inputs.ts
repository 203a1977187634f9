import { randomUUID } from 'node:crypto';

import { KEY } from './prepared-things.js';
import type { Things } from './prepared-things.js';

/**
 * Returns the input of each operation without which it would be refused, for REST's body and GraphQL's arguments. An
 * operation that is missing here has none.
 */
export function validInput(operation: string, { collection, record }: Things): Record<string, unknown> {
  const inputs: Record<string, Record<string, unknown>> = {
    createTenant: { name: `T${randomUUID()}` },
    createApiKey: { name: 'key', scopes: ['records:read'] },
    createCollection: { name: `c-${randomUUID()}` },
    batch: { operations: [{ op: 'create', collection, data: {} }] },
    createRecord: { data: { n: 1 } },
    replaceRecord: { data: { n: 2 } },
    patchRecord: { data: { n: 2 } },
    jsonPatchRecord: { operations: [{ op: 'add', path: '/data/n', value: 2 }] },
    upsertRecord: { data: { n: 2 } },
    patchRecordBy: { data: { n: 2 } },
    jsonPatchRecordBy: { operations: [{ op: 'add', path: '/data/n', value: 2 }] },
    updateRecords: { filter: { n: -1 }, data: { n: 2 } },
    'updateRecords operations': { filter: { n: -1 }, operations: [] },
    deleteRecords: { filter: { n: -1 } },
    aggregate: { groupBy: ['n'], compute: { count: 'count', total: { sum: 'n' } } },
    restoreRecord: { version: 1 },
    recordVersion: { version: 1 },
    createWebhook: { url: 'http://127.0.0.1:1/hook' },
    rotateWebhook: { overlapSeconds: 0 },
    replayWebhook: { dead: true },
    'batch version': { operations: [{ op: 'restore', collection, id: record, version: 1 }] },
    'batch operations': { operations: [{ op: 'jsonPatch', collection, id: record, operations: [] }] },
    'batch expectedVersion': { operations: [{ op: 'patch', collection, id: record, data: {} }] },
  };
  return inputs[operation] ?? {};
}

/**
 * Returns a valid value of a parameter in a path, or of a GraphQL argument with its name. In a path below `/webhooks`,
 * `id` is the webhook; as an argument of `delivery`, it is the delivery.
 */
export function validName(operation: string, name: string, things: Things, path = ''): string {
  if (path.includes('/webhooks/{id}') && name === 'id') return things.webhook;
  if (operation === 'deleteCollection') return things.empty;
  if (name === 'collection' || (name === 'name' && /Collection|^collection$/.test(operation))) return things.collection;
  if (name === 'version') return '1';
  if (name === 'index') return KEY.index;
  if (name === 'value') return KEY.value;
  if (name === 'webhook') return things.webhook;
  if (name === 'delivery') return things.delivery;
  if (/deliver/.test(operation)) return name === 'id' ? things.delivery : '';
  if (/[Tt]enant/.test(operation)) return things.tenant;
  if (/[Aa]piKey/.test(operation)) return things.key;
  if (/[Ww]ebhook/.test(operation)) return things.webhook;
  return things.record;
}
