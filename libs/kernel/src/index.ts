export type { Caller } from './caller.js';
export { catalogue, HavenError, invalid, limitExceeded, notFound } from './error.js';
export type { ErrorCode, ErrorDetail, ErrorExtras } from './error.js';
export { pointerTo } from './pointer.js';
export { isJsonObject } from './json-value.js';
export type { JsonObject, JsonValue } from './json-value.js';
