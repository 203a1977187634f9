import type { RawData } from 'ws';

import { HavenError, parseJson } from '@haven/kernel';
import type { JsonLimits, JsonObject, JsonValue } from '@haven/kernel';

/**
 * The text of a message, which comes in one piece, as nobody asked for anything else; an error if its JSON is not what a body's
 * may be.
 */
export function decodeMessage(data: RawData, limits: JsonLimits): string | HavenError {
  const text = (data as Buffer).toString();
  try {
    return withQuery(text, parseJson(text, limits));
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
}

/** Who names a document sends none; the protocol wants a text there. */
function withQuery(text: string, message: JsonValue): string {
  if (!isObject(message) || message['type'] !== 'subscribe') return text;
  const { payload } = message;
  if (!isObject(payload) || payload['query'] != null) return text;
  const isNamed = payload['documentId'] != null || payload['extensions'] != null;
  return isNamed ? JSON.stringify({ ...message, payload: { ...payload, query: '' } }) : text;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
