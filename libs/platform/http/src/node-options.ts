import type { ServerOptions } from 'node:http';

import type { HavenConfig } from '@haven/config';

import { PreparedResponse } from './prepared-response.js';

/** Returns the limits that Node itself enforces. By default, Node would check its timeouts only every 30 seconds. */
export function nodeOptions({ limits, connections }: HavenConfig): ServerOptions {
  return {
    ServerResponse: PreparedResponse,
    maxHeaderSize: limits.uriBytes + limits.headerBytes,
    headersTimeout: connections.headersTimeout,
    connectionsCheckingInterval: 1_000,
    requireHostHeader: false, // Node would not send a problem document; `validateRequestHead` does
  };
}
