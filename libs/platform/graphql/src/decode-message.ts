import type { RawData } from 'ws';

import { HavenError, parseJson } from '@haven/kernel';
import type { JsonLimits, JsonObject, JsonValue } from '@haven/kernel';

/** A message and its `type` member. */
export interface DecodedMessage {
  readonly text: string;
  readonly type: JsonValue | undefined;
}

/**
 * Returns a message, or an error if its JSON is invalid or exceeds the limits of a request body. `data` is one Buffer,
 * because Haven does not change the `binaryType` of `ws`.
 */
export function decodeMessage(data: RawData, limits: JsonLimits): DecodedMessage | HavenError {
  const text = (data as Buffer).toString().replace(/^\uFEFF/, ''); // a byte order mark
  try {
    const message = parseJson(text, limits);
    return { text: withQuery(text, message), type: isObject(message) ? message['type'] : undefined };
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
}

/** Adds an empty `query` to a message that refers to a document by id, because the protocol requires a string there. */
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
