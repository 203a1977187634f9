import { randomBytes } from 'node:crypto';
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

/** Returns a random trace id. */
export function newTraceId(): string {
  return randomHex(32);
}

/** Returns a random span id. */
export function newSpanId(): string {
  return randomHex(16);
}

/** Number of random bytes that are generated and converted to text at once, because that costs as much as for few. */
const POOL_BYTES = 4_096;

let pool = '';
let position = 0;

/** Returns `length` random hex digits, which are not all zeros: no trace or span has such an id. */
function randomHex(length: number): string {
  if (position + length > pool.length) {
    pool = randomBytes(POOL_BYTES).toString('hex');
    position = 0;
  }
  const digits = pool.slice(position, (position += length));
  return ALL_ZEROS.test(digits) ? randomHex(length) : digits;
}

const ALL_ZEROS = /^0+$/;
