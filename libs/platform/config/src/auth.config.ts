import { IsBoolean, IsOptional, Matches } from 'class-validator';

import { Setting } from './setting.js';

/** Who may come in. */
export class AuthConfig {
  @Setting(
    'Lets whoever brings no key or token do everything in the default tenant. Only with `HAVEN_ENV=local` and a loopback ' +
      '`server.host`; a key or token that is brought still has to be good.',
  )
  @IsBoolean()
  declare readonly open: boolean;

  @Setting(
    'An API key that may do everything, for the first steps and for scripts: `hvn_` and 16 hexadecimal digits, `_` and 64 ' +
      'more. It is good for as long as it is set. Without one, and unless `auth.open` is true, the first start makes a key and shows it once.',
    { secret: true, alias: 'HAVEN_OPERATOR_KEY' },
  )
  @IsOptional()
  @Matches(/^hvn_[0-9a-f]{16}_[0-9a-f]{64}$/, {
    message: 'must be hvn_, 16 hexadecimal digits, _ and 64 hexadecimal digits',
  })
  declare readonly operatorKey?: string;
}
