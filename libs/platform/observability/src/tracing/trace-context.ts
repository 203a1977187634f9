import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** `traceparent` of W3C Trace Context: version, trace id, parent id, flags. */
const TRACEPARENT =
  /^(?!ff)(00(?=.{53}$)|(?!00)[0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** The span of the client that a request comes from. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  /** What others want to be told along the way; nobody here reads it. */
  readonly state: string | undefined;
}

/** What the client says of its trace, if it says so soundly. */
export function traceParentOf({ traceparent, tracestate }: IncomingHttpHeaders): TraceParent | undefined {
  const given = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (!given) return undefined;
  const [, , traceId = '', spanId = '', flags = ''] = given;
  const state = typeof tracestate === 'string' ? tracestate : undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1, state };
}

/** A UUID is as random as it takes, and node keeps a stock of randomness for them. */
export function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}

/** The half of a UUID that is never all zeros. */
export function newSpanId(): string {
  return randomUUID().slice(19).replace('-', '');
}
