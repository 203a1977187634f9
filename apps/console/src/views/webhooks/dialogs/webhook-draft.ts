import type { ChangeType } from 'haven-records';

import type { Data } from '../../../api/types.js';
import type { Webhook } from '../../../api/webhooks.js';
import { isChangeType } from '../../../labels/change-types.js';
import { isEqual } from '../../../values/diff.js';
import { documentText, readDocument } from '../../../values/document-text.js';

/** A webhook while the user writes it. */
export interface WebhookDraft {
  url: string;
  description: string;
  /** Empty for all. */
  collections: readonly string[];
  /** Empty for all. */
  types: readonly ChangeType[];
  /** JSON text; empty for no filter. */
  filter: string;
  payload: Webhook['payload'];
  order: Webhook['order'];
  /** Deliveries per second; empty for no limit. */
  rate: number | '';
  headers: readonly DraftHeader[];
  /** Only for a new webhook. */
  scheme: Webhook['scheme'];
  /** The changes that a new webhook begins with. */
  start: 'now' | 'earliest';
}

/** A header of each request. */
export interface DraftHeader {
  key: number;
  name: string;
  value: string;
  /** Whether the webhook has the header. Its value is not known, and stays as it is if none is entered. */
  isStored: boolean;
}

let lastKey = 0;

export function newHeader(name = '', origin: 'new' | 'stored' = 'new'): DraftHeader {
  lastKey += 1;
  return { key: lastKey, name, value: '', isStored: origin === 'stored' };
}

/**
 * Returns the draft that changes a webhook, or that of a new one. `allowed` are the collections that the caller is
 * restricted to: a new webhook sends the changes of these.
 */
export function draftOf(webhook: Webhook | null, allowed: readonly string[] | null = null): WebhookDraft {
  return {
    url: webhook?.url ?? '',
    description: webhook?.description ?? '',
    collections: (webhook ? webhook.collections : allowed) ?? [],
    types: (webhook?.types ?? []).filter(isChangeType),
    filter: webhook?.filter ? documentText(webhook.filter) : '',
    payload: webhook?.payload ?? 'full',
    order: webhook?.order ?? 'perRecord',
    rate: webhook?.rate ?? '',
    headers: (webhook?.headers ?? []).map((name) => newHeader(name, 'stored')),
    scheme: webhook?.scheme ?? 'v1',
    start: 'now',
  };
}

/** Whether a caller that is restricted to some collections may save the draft. Null stands for no restriction. */
export function isAllowed({ collections }: WebhookDraft, allowed: readonly string[] | null): boolean {
  return allowed === null || (collections.length > 0 && collections.every((name) => allowed.includes(name)));
}

/** Reads the filter of a draft: null for none. */
export function readFilter({ filter }: Pick<WebhookDraft, 'filter'>): { filter: Data | null } | { problem: string } {
  if (filter.trim() === '') return { filter: null };
  const read = readDocument(filter);
  if ('data' in read) return { filter: read.data };
  return { problem: read.isInexact ? read.problem : 'The filter must be a JSON object.' };
}

/** Returns the body of the request that creates a webhook. */
export function newWebhookOf(draft: WebhookDraft): Data {
  return {
    ...settingsOf(draft),
    headers: headersOf(draft, []),
    scheme: draft.scheme,
    ...(draft.start === 'earliest' && { after: 'earliest' }),
  };
}

/** Returns the body of the request that changes a webhook: only what the user has changed. */
export function webhookChangesOf(draft: WebhookDraft, webhook: Webhook): Data {
  const before = settingsOf(draftOf(webhook));
  const changed = Object.entries(settingsOf(draft)).filter(([name, value]) => !isEqual(value, before[name]));
  const headers = headersOf(draft, webhook.headers);
  return { ...Object.fromEntries(changed), ...(Object.keys(headers).length > 0 && { headers }) };
}

/** Returns the draft with the settings that others have changed since `before`. The user's own changes stay. */
export function rebased(draft: WebhookDraft, before: Webhook, after: Webhook): WebhookDraft {
  const [mine, old] = [settingsOf(draft), settingsOf(draftOf(before))];
  const changed = Object.entries(draft).filter(([name]) => name in mine && !isEqual(mine[name], old[name]));
  const kept = draft.headers.filter(
    ({ name, value, isStored }) => !isStored || value !== '' || after.headers.includes(name),
  );
  const added = after.headers.filter(
    (name) => !before.headers.includes(name) && !kept.some((own) => own.name === name),
  );
  const headers = [...kept, ...added.map((name) => newHeader(name, 'stored'))];
  return { ...draftOf(after), ...Object.fromEntries(changed), headers };
}

function settingsOf(draft: WebhookDraft): Data {
  const { url, description, collections, types, payload, order, rate } = draft;
  const read = readFilter(draft);
  return {
    url: url.trim(),
    description: description.trim(),
    collections: collections.length === 0 ? null : collections,
    types: types.length === 0 ? null : types,
    filter: 'filter' in read ? read.filter : undefined, // such a draft cannot be saved
    payload,
    order,
    rate: rate === '' ? null : rate,
  };
}

/** Returns the headers that the request sets, and null for those that it removes. */
function headersOf({ headers }: WebhookDraft, stored: readonly string[]): Record<string, string | null> {
  const kept = new Set(headers.map(({ name }) => name.trim().toLowerCase()));
  const removed = stored.filter((name) => !kept.has(name.toLowerCase())).map((name) => [name, null] as const);
  const set = headers
    .filter(({ name, value, isStored }) => name.trim() !== '' && !(isStored && value === ''))
    .map(({ name, value }) => [name.trim(), value] as const);
  return Object.fromEntries([...removed, ...set]);
}
