import { queryOptions } from '@tanstack/react-query';

import type { AnySchema, Change, HavenClient, JsonObject, Where } from 'haven-records';

import type { Data } from '../../../api/types.js';
import type { Delivery, Webhook } from '../../../api/webhooks.js';
import type { Caller } from '../../../session/caller.js';

/** Returns the first lines of the request of a delivery. Values that the console does not know are left out. */
export function headersOf({ id, attempts }: Delivery, { url, headers }: Webhook): string {
  const sentAt = attempts.at(-1)?.at;
  return [
    `POST ${url}`,
    'content-type: application/cloudevents+json; charset=utf-8',
    'user-agent: Haven',
    `webhook-id: ${id}`,
    ...(sentAt === undefined ? [] : [`webhook-timestamp: ${Math.floor(Date.parse(sentAt) / 1_000)}`]),
    'webhook-signature: …',
    'traceparent: …',
    ...headers.map((name) => `${name}: …`),
  ].join('\n');
}

/** Reads the body of a delivery from the feed; null if the change is no longer there. */
export function sentChangeQuery(
  haven: HavenClient<AnySchema>,
  { tenant, collections }: Caller,
  delivery: Delivery,
  webhook: Webhook,
) {
  return queryOptions({
    queryKey: ['webhooks', webhook.id, 'sent', delivery.id, webhook.revision],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Data | null> => {
      const { cursor, recordId, version } = delivery;
      // A restricted key must name a collection. All others can read changes of collections that were deleted.
      const place = collections === null ? {} : { collection: delivery.collection };
      // A cursor is the position after a change, so the position before it is that of the change before.
      const [before] = (await haven.changesPage({ ...place, after: cursor, order: 'desc', limit: 1, signal })).items;
      const where = webhook.filter as Where<JsonObject> | null; // the server has checked it
      const { items } = await haven.changesPage({
        ...place,
        after: before?.cursor ?? 'earliest',
        limit: 1,
        ...(where && { where }),
        signal,
      });
      const [change] = items;
      return change?.recordId === recordId && change.version === version
        ? eventOf(change, tenant, delivery, webhook)
        : null;
    },
  });
}

/** Returns a change as the webhook sends it: a CloudEvent. */
function eventOf(change: Change, tenant: string, { id }: Delivery, { payload }: Pick<Webhook, 'payload'>): Data {
  const { record, ...identity } = change;
  return {
    specversion: '1.0',
    id,
    source: `/tenants/${tenant}/collections/${encodeURIComponent(change.collection)}`,
    type: change.type,
    subject: change.recordId,
    time: change.at,
    datacontenttype: 'application/json',
    partitionkey: change.recordId,
    traceparent: `00-${change.traceId}-${id.replaceAll('-', '').slice(0, 16)}-00`,
    data: payload === 'full' ? { ...identity, record } : identity,
  };
}
