import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';

import type { ChangeView } from '@haven/changes';
import { printJson } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { PayloadFormat, Webhook } from '../domain/webhook.js';
import { TEST_EVENT } from './webhook-event.contract.js';
import type { SentChange, WebhookEvent } from './webhook-event.contract.js';

/** A message to an endpoint, without the parts that differ between attempts: timestamp and signatures. */
export interface Message {
  /** Value of the header `webhook-id`: the same in every attempt and for all webhooks. */
  readonly id: string;
  /** W3C trace context of the request that made the change. */
  readonly traceparent: string;
  readonly body: string;
}

/**
 * Returns the id of a change. It does not depend on the position in the feed, which may be assigned to another change
 * after the database was restored to an earlier point in time.
 */
export function eventIdOf({ tenantId }: Caller, { collection, recordId, version, at }: ChangeView): string {
  return uuidv5([collection, recordId, version, at].join('/'), tenantId);
}

/**
 * Formats a change as a CloudEvent (CloudEvents 1.0.2, JSON format 1.0.2). `data` is the change as the feed returns it.
 * If the payload is `thin`, the record is left out.
 */
export function messageOf(caller: Caller, eventId: string, change: ChangeView, payload: PayloadFormat): Message {
  const { record, ...rest } = change;
  return cloudEvent(caller, eventId, payload === 'full' ? { ...rest, record } : rest);
}

/** Creates a sample message for a webhook. Its type `webhook.test` distinguishes it from changes. */
export function sampleOf(caller: Caller, webhook: Webhook): Message {
  const [id, recordId, at] = [uuidv4(), uuidv4(), new Date().toISOString()];
  const collection = webhook.collections?.[0] ?? 'movies';
  const { actor, traceId } = caller;
  const change = { cursor: null, type: TEST_EVENT, effect: 'entered' as const, collection, recordId, version: 1, at };
  const record = { id: recordId, collection, version: 1, data: { title: 'Alien' }, createdAt: at, updatedAt: at };
  const data = { ...change, actor, traceId, cause: null };
  return cloudEvent(caller, id, { ...data, ...(webhook.payload === 'full' && { record }) });
}

function cloudEvent({ tenantId }: Caller, id: string, data: SentChange): Message {
  const traceparent = `00-${data.traceId}-${id.replaceAll('-', '').slice(0, 16)}-00`;
  const event: WebhookEvent = {
    specversion: '1.0',
    id,
    source: `/tenants/${tenantId}/collections/${encodeURIComponent(data.collection ?? '')}`,
    type: data.type,
    subject: data.recordId,
    time: data.at,
    datacontenttype: 'application/json',
    partitionkey: data.recordId,
    traceparent,
    data,
  };
  return { id, traceparent, body: printJson(event) };
}
