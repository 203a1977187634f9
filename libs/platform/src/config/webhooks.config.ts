import { IsBoolean } from 'class-validator';

import { Between } from './between.js';
import { IsNetwork } from './network.js';
import { Setting } from './setting.js';
import { MINUTE } from './units.js';

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
}
