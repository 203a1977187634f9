import { IsBoolean, IsOptional, Matches } from 'class-validator';

import { Setting } from './setting.js';

/** Access without tokens: open access and the operator key. */
export class AuthConfig {
  @Setting(
    'Whether requests without a key or token may do everything in the default tenant. Allowed only with ' +
      '`HAVEN_ENV=local` and a loopback `server.host`. A key or token that is sent must still be valid.',
  )
  @IsBoolean()
  declare readonly open: boolean;

  @Setting(
    'API key with all permissions, for first steps and for scripts: `hvn_`, 16 hexadecimal digits, `_` and ' +
      '64 hexadecimal digits. It is valid for as long as it is set. If it is not set and `auth.open` is false, ' +
      'the first start creates a key and prints it once.',
    { secret: true, alias: 'HAVEN_OPERATOR_KEY' },
  )
  @IsOptional()
  @Matches(/^hvn_[0-9a-f]{16}_[0-9a-f]{64}$/, {
    message: 'must be hvn_, 16 hexadecimal digits, _ and 64 hexadecimal digits',
  })
  declare readonly operatorKey?: string;
}
