import { ArrayMaxSize, IsBoolean, Max, Min } from 'class-validator';

import { Between } from './between.js';
import { IsNetwork } from './network.js';
import { Setting } from './setting.js';
import { DAY, MINUTE, SECOND } from './units.js';

/** How webhooks are sent, and where they may be sent to. */
export class WebhooksConfig {
  @Setting("How long one attempt may take: connecting, sending and the receiver's answer together.", {
    unit: 'milliseconds',
  })
  @Between(100, 5 * MINUTE)
  declare readonly timeout: number;

  @Setting(
    'Whether webhooks may be sent by plain `http://`. What they say can then be read and changed on the way; their signatures tell if it was changed.',
  )
  @IsBoolean()
  declare readonly allowHttp: boolean;

  @Setting(
    'Networks that webhooks may reach although they are not public, also by plain `http://`: IP addresses or CIDR ranges. Whoever may make ' +
      'webhooks can have requests sent to everything in them.',
  )
  @IsNetwork({ each: true, message: 'must hold only IP addresses and CIDR ranges' })
  declare readonly allowedNetworks: readonly string[];

  @Setting(
    'How long after each failure of a delivery it is tried again, more or less a tenth; after the last of them it is dead.',
    { unit: 'milliseconds' },
  )
  @ArrayMaxSize(50)
  @Min(1, { each: true })
  @Max(30 * DAY, { each: true })
  declare readonly schedule: readonly number[];

  @Setting('When every attempt of a webhook has failed for so long, it is disabled.', { unit: 'milliseconds' })
  @Between(SECOND, 365 * DAY)
  declare readonly disableAfter: number;

  @Setting(
    'How many deliveries of one webhook are under way at most; how many of them are is found out by how the receiver does.',
  )
  @Between(1, 256)
  declare readonly concurrency: number;

  @Setting("How many deliveries of one tenant's webhooks are under way at most, in one process.")
  @Between(1, 10_000)
  declare readonly concurrencyPerTenant: number;

  @Setting('How many deliveries are under way at most, in one process.')
  @Between(1, 100_000)
  declare readonly sockets: number;

  @Setting('How long the log has what was delivered.', { unit: 'milliseconds' })
  @Between(SECOND, 365 * DAY)
  declare readonly keepDelivered: number;

  @Setting('How long the log has what was given up.', { unit: 'milliseconds' })
  @Between(SECOND, 365 * DAY)
  declare readonly keepDead: number;
}
