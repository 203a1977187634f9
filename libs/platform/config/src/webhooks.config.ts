import { ArrayMaxSize, IsBoolean, Max, Min } from 'class-validator';

import { Between } from './between.js';
import { IsNetwork } from './network.js';
import { Setting } from './setting.js';
import { DAY, MINUTE, SECOND } from './units.js';

/** Delivery of webhooks, and the networks they may reach. */
export class WebhooksConfig {
  @Setting('Maximum duration of one attempt: connecting, sending the request and receiving the response.', {
    unit: 'milliseconds',
  })
  @Between(100, 5 * MINUTE)
  declare readonly timeout: number;

  @Setting(
    'Whether webhooks may use plain `http://`. Third parties can then read and change messages in transit; ' +
      'receivers can detect changes by the signature.',
  )
  @IsBoolean()
  declare readonly allowHttp: boolean;

  @Setting(
    'Networks that webhooks may reach although they are not public, also by plain `http://`: IP addresses or ' +
      'CIDR ranges. Everyone with permission to create webhooks can have requests sent to everything in them.',
  )
  @IsNetwork({ each: true, message: 'must contain only IP addresses and CIDR ranges' })
  declare readonly allowedNetworks: readonly string[];

  @Setting(
    'Whether webhooks may reach the loopback addresses (127.0.0.0/8 and ::1), also by plain `http://`, while `auth.open` ' +
      'is true. It has no effect otherwise; `webhooks.allowedNetworks` can then list these addresses.',
  )
  @IsBoolean()
  declare readonly allowLoopback: boolean;

  @Setting(
    'Delays of the retries after each failure of a delivery, varied randomly by up to a tenth; after the ' +
      'last retry the delivery is dead.',
    { unit: 'milliseconds' },
  )
  @ArrayMaxSize(50)
  @Min(1, { each: true })
  @Max(30 * DAY, { each: true })
  declare readonly schedule: readonly number[];

  @Setting('Time after which a webhook is disabled if all its attempts have failed.', { unit: 'milliseconds' })
  @Between(SECOND, 365 * DAY)
  declare readonly disableAfter: number;

  @Setting("Maximum number of concurrent deliveries per webhook; the actual number adapts to the receiver's responses.")
  @Between(1, 256)
  declare readonly concurrency: number;

  @Setting("Maximum number of concurrent deliveries of one tenant's webhooks in one process.")
  @Between(1, 10_000)
  declare readonly concurrencyPerTenant: number;

  @Setting('Maximum number of concurrent deliveries in one process.')
  @Between(1, 100_000)
  declare readonly sockets: number;

  @Setting('How long successful deliveries stay in the delivery log.', { unit: 'milliseconds' })
  @Between(SECOND, 365 * DAY)
  declare readonly keepDelivered: number;

  @Setting('How long dead deliveries stay in the delivery log.', { unit: 'milliseconds' })
  @Between(SECOND, 365 * DAY)
  declare readonly keepDead: number;
}
