import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import type { AnySchema, HavenClient } from 'haven-records';

import type { components } from './openapi.js';
import type { Page } from './types.js';

type Schemas = components['schemas'];

export type Webhook = Schemas['Webhook'];
export type IssuedWebhook = Schemas['IssuedWebhook'];
export type WebhookStatus = Schemas['WebhookStatus'];
export type Delivery = Schemas['Delivery'];
export type DeliveryAttempt = Schemas['DeliveryAttempt'];

type Haven = HavenClient<AnySchema>;

/** Number of items per request. */
const PAGE = 20;
/** Milliseconds after which what is shown is read again, while the tab is visible. */
const INTERVAL = 5_000;
/** Number of pages that are read again at most. */
const REFRESHED_PAGES = 3;

/** Path of a webhook, or of something below it, such as `/status`. */
export function webhookPath(id: string, below = ''): string {
  return `/api/v1/webhooks/${encodeURIComponent(id)}${below}`;
}

/** Reads the webhooks, oldest first. */
export function webhooksQuery(haven: Haven) {
  return infiniteQueryOptions({
    queryKey: ['webhooks', 'list'],
    initialPageParam: undefined as string | undefined, // the type of the cursors that follow
    queryFn: ({ pageParam: after, signal }) =>
      haven.request<Page<Webhook>>(
        { method: 'GET', path: '/api/v1/webhooks', query: { limit: PAGE, after } },
        { signal },
      ),
    getNextPageParam: ({ nextCursor }: Page<Webhook>) => nextCursor ?? undefined,
  });
}

/** Reads a webhook. */
export function webhookQuery(haven: Haven, id: string) {
  return queryOptions({
    queryKey: ['webhooks', id],
    queryFn: ({ signal }) => haven.request<Webhook>({ method: 'GET', path: webhookPath(id) }, { signal }),
    refetchInterval: INTERVAL,
  });
}

/** Reads the progress of a webhook, again and again. */
export function webhookStatusQuery(haven: Haven, id: string) {
  return queryOptions({
    queryKey: ['webhooks', id, 'status'],
    queryFn: ({ signal }) =>
      haven.request<WebhookStatus>({ method: 'GET', path: webhookPath(id, '/status') }, { signal }),
    refetchInterval: INTERVAL,
  });
}

/** Reads the delivery log of a webhook, newest changes first, again and again. */
export function deliveriesQuery(haven: Haven, id: string, state: Delivery['state'] | null) {
  return infiniteQueryOptions({
    queryKey: ['webhooks', id, 'deliveries', { state }],
    initialPageParam: undefined as string | undefined, // the type of the cursors that follow
    queryFn: ({ pageParam: after, signal }) => {
      const query = { limit: PAGE, after, state: state ?? undefined };
      return haven.request<Page<Delivery>>({ method: 'GET', path: webhookPath(id, '/deliveries'), query }, { signal });
    },
    getNextPageParam: ({ nextCursor }: Page<Delivery>) => nextCursor ?? undefined,
    refetchInterval: ({ state: { data } }) => ((data?.pages.length ?? 0) > REFRESHED_PAGES ? false : INTERVAL),
  });
}
