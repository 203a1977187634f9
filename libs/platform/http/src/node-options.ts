import type { ServerOptions } from 'node:http';

import type { HavenConfig } from '@haven/config';

/** What Node itself holds requests to. It checks its times every half minute, if it is not told otherwise. */
export function nodeOptions({ limits, connections }: HavenConfig): ServerOptions {
  return {
    maxHeaderSize: limits.uriBytes + limits.headerBytes,
    headersTimeout: connections.headersTimeout,
    connectionsCheckingInterval: 1_000,
    requireHostHeader: false, // its answer would be no problem; `refuseUnsound` has one
  };
}
