import { createClient } from 'haven-records';
import type { AnySchema, ClientOptions, HavenClient } from 'haven-records';

import type { components } from '../../../api/openapi.js';
import { collectionApiPath } from '../../../api/paths.js';
import type { CollectionView } from '../../../api/types.js';
import { prefix } from '../../../page.js';
import { spanAt } from '../../../values/json-spans.js';

/** A collection, with its schema as the server has it: as a text whose numbers have all their digits. */
export interface StoredSettings {
  collection: CollectionView;
  /** Null if the collection has no schema. */
  schemaText: string | null;
}

/** A change of settings. Those that are not in it stay as they are. */
export interface SettingsChange {
  settings: components['schemas']['CollectionSettings'];
  /** The text of a schema, or null to remove the schema. */
  schemaText?: string | null;
}

/** Milliseconds that a change may take; a new schema is compared with all stored records. */
const TIMEOUT = 600_000;

/** Reads the settings of a collection. */
export async function readSettings(key: string | null, name: string, signal: AbortSignal): Promise<StoredSettings> {
  let text = '';
  const haven = clientWith(key, async (url, init) => {
    const response = await fetch(url, init);
    text = await response.clone().text();
    return response;
  });
  const request = { method: 'GET', path: collectionApiPath(name) };
  const collection = await haven.request<CollectionView>(request, { signal });
  const span = spanAt(text, '/schema');
  return { collection, schemaText: collection.schema && span ? text.slice(span.from, span.to) : null };
}

/** Changes settings if the collection still has the revision. The schema is sent as the text that it is. */
export function changeSettings(
  key: string | null,
  { name, revision }: Pick<CollectionView, 'name' | 'revision'>,
  change: SettingsChange,
  options: { signal?: AbortSignal; dryRun?: boolean } = {},
): Promise<CollectionView> {
  const body = bodyOf(change);
  const haven = clientWith(key, (url, init) => fetch(url, { ...init, body }));
  const headers = { 'if-match': `"${revision}"`, 'content-type': 'application/merge-patch+json' };
  // The body is a stand-in for the text, which the client would write anew.
  const request = { method: 'PATCH', path: collectionApiPath(name), headers, body: {} };
  return haven.request<CollectionView>(request, { ...options, timeout: TIMEOUT });
}

function bodyOf({ settings, schemaText }: SettingsChange): string {
  const members = Object.entries(settings).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${[...members, ...(schemaText === undefined ? [] : [`"schema":${schemaText ?? 'null'}`])].join(',')}}`;
}

function clientWith(key: string | null, send: ClientOptions['fetch']): HavenClient<AnySchema> {
  return createClient({ url: prefix || '/', ...(key !== null && { key }), fetch: send });
}
