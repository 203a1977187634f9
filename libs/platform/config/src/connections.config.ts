import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, MIB, MINUTE, SECOND } from './units.js';

/** What clients may hold open, and how long they may keep Haven waiting. */
export class ConnectionsConfig {
  @Setting(
    'How many connections one process holds at once, streams and WebSockets included; one more is closed at once.',
  )
  @Between(1, 1_000_000)
  declare readonly max: number;

  @Setting(
    'How many of these one address may have, where the addresses of one IPv6 /64 count as one; one more is closed at once. ' +
      'The proxies of `server.trustProxy` are not held to it.',
  )
  @Between(1, 1_000_000)
  declare readonly perAddress: number;

  @Setting(
    'How long a client may take to send the header of a request, from when it connects or begins; then 408 `REQUEST_TIMEOUT`.',
    { unit: 'milliseconds' },
  )
  @Between(SECOND, HOUR)
  declare readonly headersTimeout: number;

  @Setting(
    'How long a connection may lie idle between two requests. Give more than the same setting of a proxy in front of Haven, ' +
      'or the proxy sends requests into connections that are just being closed.',
    { unit: 'milliseconds' },
  )
  @Between(SECOND, HOUR)
  declare readonly idleTimeout: number;

  @Setting(
    'How long Haven waits for a client that is to send on its body or take on its answer, if less than ' +
      '`connections.transferRate` moves in that time. A body that does not come is 408 `REQUEST_TIMEOUT`; an answer that is not ' +
      'taken is cut off. Time in which Haven itself is busy does not count, nor do pauses of a stream of changes; one that is ' +
      'not taken may also end by `changes.stallTimeout`.',
    { unit: 'milliseconds' },
  )
  @Between(SECOND, 10 * MINUTE)
  declare readonly transferTimeout: number;

  @Setting('How much a second, on average over `connections.transferTimeout`, has to move for Haven to wait on.', {
    unit: 'bytes',
  })
  @Between(1, 64 * MIB)
  declare readonly transferRate: number;
}
