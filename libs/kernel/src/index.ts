export { Access, scopeNames, scopes } from './access.js';
export type { Scope } from './access.js';
export { pinToPrimary } from './caller.js';
export type { CacheUse, Caller, ReadConsistency } from './caller.js';
export { catalogue } from './catalogue.js';
export type { ErrorCode } from './catalogue.js';
export { checkJson } from './check-json.js';
export { CursorCodec } from './cursor.js';
export { HavenError, invalid, limitExceeded, notFound } from './error.js';
export type { ErrorDetail, PassedLimit } from './error.js';
export { EVENT_TYPES, isTombstoneType, TOMBSTONE_TYPES } from './event-type.js';
export type { EventType } from './event-type.js';
export { RawJson as JsonText, printJson } from './raw-json.js';
export { isJsonObject } from './json-value.js';
export type { JsonLimits, JsonObject, JsonValue } from './json-value.js';
export { parseJson } from './parse-json.js';
export { pause } from './pause.js';
export { pointerTo } from './pointer.js';
export { Precondition } from './precondition.js';
export type { VersionMatch } from './precondition.js';
export {
  withPointers as movedTo,
  withPointerPrefix as relocated,
  rewriteErrors as reworded,
} from './pointer-prefix.js';
export { Slice } from './slice.js';
export type { PageRequest as Window } from './slice.js';
export { sqlState } from './sql-state.js';
export { AuthorizationWatch as Tenure } from './authorization-watch.js';
export { toHavenError } from './to-haven-error.js';
export type { Trace } from './trace.js';
