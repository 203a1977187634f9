import { Matches, ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { DAY, HOUR, MINUTE } from './units.js';
import { isNetwork } from './network.js';

const namedRanges: readonly unknown[] = ['loopback', 'linklocal', 'uniquelocal'];

/** Accepts an IP address, a CIDR range, or one of the names that Fastify's `trustProxy` knows. */
function IsProxyAddress(options: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown) => namedRanges.includes(value) || isNetwork(value);
  return ValidateBy({ name: 'isProxyAddress', validator: { validate } }, options);
}

/** Where Haven listens, and how it stops. */
export class ServerConfig {
  @Setting('The address or host name to listen on. Any other than loopback needs `auth.open` to be false.', {
    alias: 'HOST',
  })
  @Matches(/^[\w.:%-]+$/, { message: 'must be an IP address or a host name' })
  declare readonly host: string;

  @Setting('The TCP port to listen on; 0 takes any free one.', { alias: 'PORT' })
  @Between(0, 65_535)
  declare readonly port: number;

  @Setting(
    'How many processes serve, behind one port and one parent; `auto` is one for each core. Pools of connections, and limits that are ' +
      'counted in memory, are per process ([many processes](scale-out.md)).',
    { auto: true },
  )
  @Between(0, 256)
  declare readonly workers: number;

  @Setting(
    'On a stop signal readiness fails at once; Haven then goes on serving for so long before it closes, for load ' +
      'balancers to notice. Give at least the interval of your readiness probe.',
    { unit: 'milliseconds' },
  )
  @Between(0, 10 * MINUTE)
  declare readonly drainDelay: number;

  @Setting('How long running requests may take to finish after `server.drainDelay`; what still runs then is cut off.', {
    unit: 'milliseconds',
  })
  @Between(0, HOUR)
  declare readonly shutdownTimeout: number;

  @Setting(
    'Proxies whose `X-Forwarded-*` headers are believed: IP addresses, CIDR ranges, or the names `loopback`, `linklocal`, ' +
      '`uniquelocal`. Empty believes nobody.',
  )
  @IsProxyAddress({
    each: true,
    message: 'must hold only IP addresses, CIDR ranges, loopback, linklocal or uniquelocal',
  })
  declare readonly trustProxy: readonly string[];

  @Setting(
    'For how long browsers are told to come by HTTPS only (`Strict-Transport-Security`, RFC 6797); 0 tells them nothing. Said ' +
      'where a proxy of `server.trustProxy` says with `X-Forwarded-Proto` that the request came by HTTPS.',
    { unit: 'milliseconds' },
  )
  @Between(0, 730 * DAY)
  declare readonly hstsMaxAge: number;
}
