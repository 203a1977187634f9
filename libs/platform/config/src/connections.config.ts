import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, MIB, MINUTE, SECOND } from './units.js';

/** Limits on client connections, and timeouts for slow clients. */
export class ConnectionsConfig {
  @Setting(
    'Maximum number of connections per process, including streams and WebSockets; further connections are ' +
      'closed immediately.',
  )
  @Between(1, 1_000_000)
  declare readonly max: number;

  @Setting(
    'Maximum number of these connections per IP address; the addresses of one IPv6 /64 network count as one. ' +
      'Further connections are closed immediately. The proxies of `server.trustProxy` are exempt.',
  )
  @Between(1, 1_000_000)
  declare readonly perAddress: number;

  @Setting(
    'Maximum number of these connections on which no complete request header has arrived yet; at most half of ' +
      '`connections.max` applies. Beyond it, the oldest of them are closed.',
  )
  @Between(1, 1_000_000)
  declare readonly pending: number;

  @Setting('The same limit for each IP address or IPv6 /64 network. The proxies of `server.trustProxy` are exempt.')
  @Between(1, 1_000_000)
  declare readonly pendingPerAddress: number;

  @Setting(
    'Maximum time for a client to send the header of a request, measured from when it connects or starts the ' +
      'request; then the request fails with 408 `REQUEST_TIMEOUT`.',
    { unit: 'milliseconds' },
  )
  @Between(SECOND, HOUR)
  declare readonly headersTimeout: number;

  @Setting(
    'Maximum idle time of a connection between two requests. Set it higher than the same setting of a proxy ' +
      'in front of Haven; otherwise the proxy may send requests on connections that are just being closed.',
    { unit: 'milliseconds' },
  )
  @Between(SECOND, HOUR)
  declare readonly idleTimeout: number;

  @Setting(
    'How long Haven waits for a client that is sending a body or receiving a response while less than ' +
      '`connections.transferRate` is transferred. A body that is too slow fails with 408 `REQUEST_TIMEOUT`; a ' +
      'response that is received too slowly is cut off. Time in which Haven itself is busy does not count, nor do ' +
      'pauses of a change stream. A stream that is not read may also end by `changes.stallTimeout`.',
    { unit: 'milliseconds' },
  )
  @Between(SECOND, 10 * MINUTE)
  declare readonly transferTimeout: number;

  @Setting(
    'Minimum transfer rate per second, averaged over `connections.transferTimeout`, for which Haven keeps ' +
      'waiting. A client that sends a body that Haven must hold as a whole must also send, in each ' +
      '`connections.transferTimeout`, at least a quarter of what Haven holds of it by then. At a constant rate, such ' +
      'a body must be complete after about five times `connections.transferTimeout`. An import is not held as a whole.',
    {
      unit: 'bytes',
    },
  )
  @Between(1, 64 * MIB)
  declare readonly transferRate: number;
}
