import { IsBoolean, IsOptional, Matches, ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

import { Between } from './between.js';
import { IsPublicUrl } from './public-url.js';
import { Setting } from './setting.js';
import { DAY, HOUR, MINUTE } from './units.js';
import { isNetwork } from './network.js';

const namedRanges: readonly unknown[] = ['loopback', 'linklocal', 'uniquelocal'];

/** Accepts an IP address, a CIDR range, or one of the names that Fastify's `trustProxy` accepts. */
function IsProxyAddress(options: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown) => namedRanges.includes(value) || isNetwork(value);
  return ValidateBy({ name: 'isProxyAddress', validator: { validate } }, options);
}

/** How Haven accepts connections and how it shuts down. */
export class ServerConfig {
  @Setting('IP address or host name to listen on. Any other than loopback requires `auth.open` to be false.', {
    alias: 'HOST',
  })
  @Matches(/^[\w.:%-]+$/, { message: 'must be an IP address or a host name' })
  declare readonly host: string;

  @Setting('TCP port to listen on; 0 uses any free port.', { alias: 'PORT' })
  @Between(0, 65_535)
  declare readonly port: number;

  @Setting(
    'Number of processes that serve requests on one port, under one parent process; `auto` starts one per ' +
      'core. Connection pools and limits that are counted in memory are per process ([many ' +
      'processes](scale-out.md)).',
    { auto: true },
  )
  @Between(0, 256)
  declare readonly workers: number;

  @Setting(
    'How long Haven keeps serving requests after a stop signal, while its readiness probe already fails, so ' +
      'that load balancers notice. Set it to at least the interval of your readiness probe.',
    { unit: 'milliseconds' },
  )
  @Between(0, 10 * MINUTE)
  declare readonly drainDelay: number;

  @Setting('Maximum time for running requests to finish after `server.drainDelay`; the rest are then cut off.', {
    unit: 'milliseconds',
  })
  @Between(0, HOUR)
  declare readonly shutdownTimeout: number;

  @Setting(
    'Proxies whose `X-Forwarded-*` headers are trusted: IP addresses, CIDR ranges, or the names `loopback`, ' +
      '`linklocal`, `uniquelocal`. Empty: none.',
  )
  @IsProxyAddress({
    each: true,
    message: 'must contain only IP addresses, CIDR ranges, loopback, linklocal or uniquelocal',
  })
  declare readonly trustProxy: readonly string[];

  @Setting(
    'The URL at which clients reach Haven through a reverse proxy, such as `https://example.com/haven`. Its path is ' +
      'added to the URLs in responses; the proxy removes it from requests. Not set: the path is read from the header ' +
      '`X-Forwarded-Prefix` of proxies in `server.trustProxy` ([under a sub-path](deploying.md#under-a-sub-path)).',
  )
  @IsOptional()
  @IsPublicUrl()
  declare readonly publicUrl?: string;

  @Setting(
    'How long browsers must use HTTPS only (`Strict-Transport-Security`, RFC 6797); 0 sends no such header. ' +
      'It is sent only if a proxy of `server.trustProxy` reports with `X-Forwarded-Proto` that the request ' +
      'came over HTTPS.',
    { unit: 'milliseconds' },
  )
  @Between(0, 730 * DAY)
  declare readonly hstsMaxAge: number;

  @Setting(
    'Whether responses of more than 1 KiB are compressed for clients that accept it. Turn it off if a reverse proxy ' +
      'compresses them.',
  )
  @IsBoolean()
  declare readonly compression: boolean;
}
