import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** `traceparent` of W3C Trace Context: version, trace id, parent id, flags. */
const TRACEPARENT =
  /^(?!ff)(00(?=.{53}$)|(?!00)[0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** The client's span that a request belongs to. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  /** The `tracestate` header: data of other systems, which Haven does not read. */
  readonly state: string | undefined;
}

/** Returns the trace context of the client; undefined if there is none or it is malformed. */
export function traceParentOf({ traceparent, tracestate }: IncomingHttpHeaders): TraceParent | undefined {
  const given = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (!given) return undefined;
  const [, , traceId = '', spanId = '', flags = ''] = given;
  const state = typeof tracestate === 'string' ? tracestate : undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1, state };
}

/** Returns a random trace id. A UUID is random enough, and Node generates UUIDs from buffered random bytes. */
export function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}

/** Returns a random span id: the half of a UUID that is never all zeros. */
export function newSpanId(): string {
  return randomUUID().slice(19).replace('-', '');
}
